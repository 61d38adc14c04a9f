import { NOW, PARKED, WAKE } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/**
 * KEYS stream, retry, wake, robbed. ARGV group, consumer, lease in ms, how many, ids of what woke it. Takes over what is due and
 * what nobody holds any more: id, deliveries so far, why, and fields of each.
 */
export const CLAIM = redisScript(`${NOW}
local stream, retry, wake, group, me, lease, left = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local taken = {}
${WAKE}
for at = 5, #ARGV do
  redis.call('XACK', wake, group, ARGV[at])
  redis.call('XDEL', wake, ARGV[at])
end
local function take(id, deliveries, why)
  local entry = redis.call('XCLAIM', stream, group, me, 0, id)[1]
  if not entry then redis.call('XACK', stream, group, id) return end
  taken[#taken + 1] = { id, deliveries, why, entry[2] }
  left = left - 1
end
local due = redis.call('ZRANGEBYSCORE', retry, '-inf', now(), 'LIMIT', 0, left + 1)
for _, id in ipairs(due) do
  if left == 0 then rouse() return taken end
  redis.call('ZREM', retry, id)
  local p = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if p and p[2] == '${PARKED}' then take(id, p[4], 'retry') end
end
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  if consumer[2] ~= '${PARKED}' and consumer[4] > 0 then
    for _, p in ipairs(redis.call('XPENDING', stream, group, 'IDLE', lease, '-', '+', left + 1, consumer[2])) do
      if left == 0 then rouse() return taken end
      if consumer[2] ~= me then redis.call('SADD', KEYS[4], consumer[2]) end
      take(p[1], p[4], 'lease')
    end
  end
end
return taken
`)
