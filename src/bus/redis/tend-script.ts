import { NOW, PARKED, PRECEDES, WAKE } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/**
 * KEYS stream, retry, wake, robbed. ARGV group, consumer, lease in ms, ms after which an idle consumer without messages is
 * forgotten. Wakes a member if something is to be taken over, trims what every group is done with, and answers the
 * server's clock and when the next retry is due.
 */
export const TEND = redisScript(`${NOW}
local stream, retry, wake, group, me, lease, forget = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local nowMs, ended = now(), false
${WAKE}
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local name, pending, idle = consumer[2], consumer[4], consumer[6]
  if name == '${PARKED}' then
    if pending > redis.call('ZCARD', retry) then
      for _, p in ipairs(redis.call('XPENDING', stream, group, '-', '+', 1000, name)) do redis.call('ZADD', retry, 'NX', nowMs, p[1]) end
    end
  elseif pending > 0 then ended = ended or #redis.call('XPENDING', stream, group, 'IDLE', lease, '-', '+', 1, name) > 0
  elseif idle > forget and name ~= me then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
    redis.call('SREM', KEYS[4], name)
  end
end
${PRECEDES}local oldest
for _, g in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local need, left = g[8], string.sub(g[2], 1, 1) == '~' and g[2] ~= group
  if left then
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, g[2])) do left = left and consumer[6] > forget end
  end
  if left and g[4] > 0 then redis.call('XGROUP', 'DESTROY', stream, g[2]) end
  if g[6] > 0 then need = redis.call('XPENDING', stream, g[2])[2] or need end
  if not oldest or precedes(need, oldest) then oldest = need end
end
if oldest and oldest ~= '0-0' then redis.call('XTRIM', stream, 'MINID', '~', oldest) end
local due = redis.call('ZRANGE', retry, 0, 0, 'WITHSCORES')[2]
if ended or (due and tonumber(due) <= nowMs) then rouse() end
return { nowMs, due and tonumber(due) or -1 }
`)
