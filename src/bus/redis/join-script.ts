import { PRECEDES } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/**
 * KEYS stream, retry, wake, robbed. ARGV group, and of one that was there before the id after which it goes on. Makes the group and
 * what it needs: the first of a topic begins with what is there, a later one with what comes.
 */
export const JOIN = redisScript(`${PRECEDES}
local start, exists = '0', redis.call('EXISTS', KEYS[1]) == 1
if exists and ARGV[2] then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' and not precedes(info[at + 1], ARGV[2]) then start = ARGV[2] end
  end
elseif exists then
  local own = string.sub(ARGV[1], 1, 1) == '~'
  if own then start = '$' end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    if string.sub(group[2], 1, 1) ~= '~' then start = '$' end
  end
end
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], start, 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
local roused = redis.pcall('XGROUP', 'CREATE', KEYS[3], ARGV[1], '0', 'MKSTREAM')
if roused.err and not string.find(roused.err, 'BUSYGROUP') then return roused end
return 1
`)
