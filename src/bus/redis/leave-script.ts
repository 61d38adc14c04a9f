import { NOW, PARKED, WAKE } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/** KEYS stream, retry, wake, robbed. ARGV group, consumer, '1' if the group goes with it. What the member holds comes again at once. */
export const LEAVE = redisScript(`${NOW}
local stream, retry, wake, group, me = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
${WAKE}
if ARGV[3] ~= '1' then
  local nowMs, held = now(), nil
  repeat
    held = redis.call('XPENDING', stream, group, '-', '+', 1000, me)
    for _, p in ipairs(held) do
      redis.call('XCLAIM', stream, group, '${PARKED}', 0, p[1], 'JUSTID')
      redis.call('ZADD', retry, nowMs, p[1])
    end
    if #held > 0 then rouse() end
  until #held == 0
  redis.call('SREM', KEYS[4], me)
  return redis.call('XGROUP', 'DELCONSUMER', stream, group, me)
end
local pending = redis.call('XPENDING', stream, group)[1]
local last
for _, g in ipairs(redis.call('XINFO', 'GROUPS', stream)) do if g[2] == group then last = g[8] end end
redis.call('XGROUP', 'DESTROY', stream, group)
redis.call('DEL', retry, wake, KEYS[4])
local info = redis.call('XINFO', 'STREAM', stream)
local about = {}
for at = 1, #info, 2 do about[info[at]] = info[at + 1] end
if #redis.call('XINFO', 'GROUPS', stream) == 0 and pending == 0 and about['last-generated-id'] == last then redis.call('DEL', stream) end
return 1
`)
