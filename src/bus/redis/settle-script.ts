import { NOW, PARKED, WAKE } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/**
 * KEYS stream, retry, wake, robbed, dead. ARGV group, consumer, number of acknowledged ids, these, then kind, id and argument of
 * every other settlement; a kind that ends in '!' is sent once more, and may have been carried out. Only what the consumer
 * holds is settled: one that nobody has ever taken a message from holds all it was given, so that nothing is looked up for
 * it. Answers the places, from 1, of what was not settled, with why.
 */
export const SETTLE = redisScript(`${NOW}
local stream, retry, wake, robbed, dead, group, me = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[1], ARGV[2]
local refused, mine = {}, {}
${WAKE}
local function holder(id)
  local p = redis.pcall('XPENDING', stream, group, id, id, 1)
  if p.err or not p[1] then return nil end
  return p[1][2], p[1][4]
end
local function refuse(place, why)
  refused[#refused + 1] = place
  refused[#refused + 1] = why
end
local function park(id, dueMs, deliveries)
  redis.call('XCLAIM', stream, group, '${PARKED}', 0, id, 'RETRYCOUNT', deliveries, 'JUSTID')
  redis.call('ZADD', retry, dueMs, id)
end
local acks = tonumber(ARGV[3])
if acks > 0 and redis.call('SISMEMBER', robbed, me) == 0 then
  local done = redis.call('XACK', stream, group, unpack(ARGV, 4, 3 + acks))
  if done < acks then for i = 1, acks do refuse(i, '') end end
else
  for i = 1, acks do
    local id = ARGV[3 + i]
    if holder(id) == me then mine[#mine + 1] = id else refuse(i, '') end
  end
  if #mine > 0 then redis.call('XACK', stream, group, unpack(mine)) end
end
local woken = false
local place = acks
for at = 4 + acks, #ARGV, 3 do
  place = place + 1
  local kind, id, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local who, deliveries = holder(id)
  local again = string.sub(kind, -1) == '!'
  if again then kind = string.sub(kind, 1, -2) end
  if who ~= me then
    if not again or (who and who ~= '${PARKED}') then refuse(place, '') end
  elseif kind == 'ack' then redis.call('XACK', stream, group, id)
  elseif kind == 'extend' then redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID')
  elseif kind == 'bury' then
    local said = redis.pcall('XADD', dead, '*', 'm', value)
    if type(said) == 'table' and said.err then refuse(place, said.err) else redis.call('XACK', stream, group, id) end
  else
    if kind == 'untried' then deliveries = deliveries - 1 end
    park(id, now() + tonumber(value), deliveries)
    woken = woken or tonumber(value) <= 0
  end
end
if woken then rouse() end
return refused
`)
