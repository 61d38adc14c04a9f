import { PRECEDES } from './lua-pieces.js'
import { redisScript } from './redis-script.js'

/** KEYS dead, stream. ARGV id of the dead letter, message. Answers 1, or 0 if it is gone or a group is done with it. */
export const REPLAY = redisScript(`
${PRECEDES}local id = ARGV[1]
for _, g in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  if string.sub(g[2], 1, 1) ~= '~' and not precedes(g[8], id) and not redis.call('XPENDING', KEYS[1], g[2], id, id, 1)[1] then return 0 end
end
if redis.call('XDEL', KEYS[1], id) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'm', ARGV[2])
return 1
`)
