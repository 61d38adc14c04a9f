import { redisScript } from './redis-script.js'

/** KEYS stream. ARGV messages. */
export const PUBLISH = redisScript(`
for i = 1, #ARGV do redis.call('XADD', KEYS[1], '*', 'm', ARGV[i]) end
return #ARGV
`)
