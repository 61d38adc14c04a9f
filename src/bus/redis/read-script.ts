import { redisScript } from './redis-script.js'

/**
 * KEYS stream, wake. ARGV group, consumer, how many. Reads without waiting: of each entry with the field 'm' alone its id
 * and the value in turn, of any other a list of id and fields; and last the list of ids of what wakes.
 */
export const READ = redisScript(`
local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], KEYS[2], '>', '>')
local flat, woke, at = {}, {}, 0
for _, stream in ipairs(read or {}) do
  for _, entry in ipairs(stream[2]) do
    local fields = entry[2]
    if stream[1] == KEYS[2] then woke[#woke + 1] = entry[1]
    elseif #fields == 2 and fields[1] == 'm' then
      flat[at + 1], flat[at + 2] = entry[1], fields[2]
      at = at + 2
    else
      at = at + 1
      flat[at] = entry
    end
  end
end
flat[at + 1] = woke
return flat
`)
