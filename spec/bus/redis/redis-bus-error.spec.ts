import { describe, expect, it } from 'vitest'
import { answeredWith, isGone, isPassing, isReply, noConnection, publishingFailed, RedisBusError } from '../../../src/bus/redis/redis-bus-error.js'
import { groupKeys } from '../../../src/bus/redis/redis-keys.js'
import { busStatus } from '../../../src/bus/redis/redis-status.js'

describe('what Redis says', () => {
  it.each([
    ['WRONGPASS invalid username-password pair', 'refused'],
    ['NOAUTH Authentication required.', 'refused'],
    ['NOPERM this user has no permissions to run the \'eval\' command', 'forbidden'],
    ['ERR The user executing the script can\'t run this command: NOPERM', 'forbidden'],
    ['WRONGTYPE Operation against a key', 'wrongType'],
    ['OOM command not allowed when used memory > \'maxmemory\'', 'full'],
    ['READONLY You can\'t write against a read only replica.', 'full'],
    ['ERR unknown command \'XAUTOCLAIM\'', 'tooOld'],
    ['ERR syntax error', 'failed'],
  ])('%s is %s', (message, code) => {
    expect(answeredWith('publishing', new Error(message)).code).toBe(code)
  })

  it('is told with what was done and what was said', () => {
    const cause = new Error('WRONGTYPE Operation against a key')
    const error = answeredWith('publishing', cause)
    expect([error.message, error.cause]).toEqual(['redisBus: publishing: a key in Redis is not of the type it should be: WRONGTYPE Operation against a key', cause])
  })

  it('of publishing names that, not the command, also when the connection ended before the answer', () => {
    const cause = new Error('write ECONNRESET')
    const error = publishingFailed(new RedisBusError('disconnected', 'XADD', cause))
    expect([error.code, error.message, error.cause]).toEqual(['disconnected', 'redisBus: publishing: the connection to Redis ended before it answered: write ECONNRESET', cause])
  })

  it('tells a server that is not there from one that refuses', () => {
    expect([noConnection('PING', new Error('connect ECONNREFUSED')).code, noConnection('PING', new Error('WRONGPASS no')).code]).toEqual(['unreachable', 'refused'])
  })

  it('is an answer if it begins with a code, is passing or says that the group is gone', () => {
    const [gone, loading, closed] = [new Error('NOGROUP No such key'), new Error('LOADING Redis is loading'), new Error('Connection is closed.')]
    expect([gone, loading, closed].map(isReply)).toEqual([true, true, false])
    expect([gone, loading, closed].map(isGone)).toEqual([true, false, false])
    expect([gone, loading, closed].map(isPassing)).toEqual([false, true, false])
    expect(isGone(new Error('UNBLOCKED the stream key no longer exists'))).toBe(true)
  })
})

describe('the status of the bus', () => {
  it.each([
    ['connecting', [], 'connecting'],
    ['up', ['connecting', 'up'], 'live'],
    ['up', ['up', 'down'], 'degraded'],
    ['up', ['lost'], 'degraded'],
    ['down', ['up'], 'degraded'],
    ['lost', ['up'], 'lost'],
  ] as const)('with commands %s and readers %j is %s', (commands, readers, status) => {
    expect(busStatus(commands, readers)).toBe(status)
  })
})

describe('the keys of a group', () => {
  it('differ for any two pairs of topic and group', () => {
    const pairs = [['a:b', 'c'], ['a', 'b:c'], ['a', 'b'], ['1:a', 'b']] as const
    expect(new Set(pairs.map(([topic, group]) => groupKeys('p:', topic, group).retry)).size).toBe(pairs.length)
  })
})
