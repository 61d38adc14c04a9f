import type { ConsumerInfo } from '@nats-io/jetstream'
import { describe, expect, it } from 'vitest'
import { isStuck } from '../../../src/bus/nats/nats-group.js'

const info = (pending: number, waiting: number, delivered: number, created = 'then'): ConsumerInfo => {
  const at = { consumer_seq: delivered, stream_seq: delivered, last_active: 0 }
  return {
    stream_name: 's', name: 'c', created, push_bound: false, paused: false, pause_remaining: 0, ts: 'now', num_ack_pending: 0, num_redelivered: 0,
    config: { ack_policy: 'explicit', deliver_policy: 'all', replay_policy: 'instant' },
    num_pending: pending, num_waiting: waiting, delivered: at, ack_floor: at,
  }
}

describe('a consumer', () => {
  it('is stuck when messages and requests wait for each other from one look to the next', () => {
    expect(isStuck(info(10, 1, 5), info(10, 1, 5))).toBe(true)
  })

  it.each([
    ['something was delivered meanwhile', info(10, 1, 5), info(9, 1, 6)],
    ['nobody asks', info(10, 0, 5), info(10, 0, 5)],
    ['nothing is there', info(0, 1, 5), info(0, 1, 5)],
    ['it is another', info(10, 1, 0, 'then'), info(10, 1, 0, 'now')],
    ['it was not looked at before', undefined, info(10, 1, 5)],
    ['it is gone', info(10, 1, 5), undefined],
  ])('is not when %s', (_, before, now) => {
    expect(isStuck(before, now)).toBe(false)
  })
})
