import { describe, expect, it } from 'vitest'
import { Intake, type IntakeHost } from '../../src/group/intake.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { bareItem } from './bare-item.js'

const setUp = (capacity = 1) => {
  const state = { waiting: 0, retrying: 0, nowMs: 0, waits: 0 }
  const host: IntakeHost = {
    name: 'g', capacity,
    get waiting() { return state.waiting },
    get retrying() { return state.retrying },
    now: () => state.nowMs,
    accept: (raw) => bareItem(1, 0, raw),
    onWaiting: () => { state.waits += 1 },
  }
  const intake = new Intake(host)
  const log: unknown[] = []
  const enter = (name: string, signal?: AbortSignal): (() => void) =>
    intake.wait(() => {
      state.waiting += 1
      log.push(name)
    }, (error) => log.push(error), signal)
  const leave = (): void => {
    state.waiting -= 1
    intake.admit()
  }
  return { state, intake, log, enter, leave }
}

describe('the way into the line', () => {
  it('is open at once while there is room', () => {
    const { log, enter, intake } = setUp()
    enter('a')
    expect({ log, crowded: intake.crowded, room: intake.hasRoom }).toEqual({ log: ['a'], crowded: false, room: false })
  })

  it('lets in first who came first', () => {
    const { log, state, enter, leave } = setUp()
    for (const name of ['a', 'b', 'c']) enter(name)
    expect({ log: [...log], waits: state.waits }).toEqual({ log: ['a'], waits: 2 })
    leave()
    expect(log).toEqual(['a', 'b'])
    leave()
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('tells since when the one who waits longest has waited', () => {
    const { state, intake, enter, leave } = setUp()
    enter('a')
    expect(intake.oldestMs()).toBeUndefined()
    state.nowMs = 5
    const giveUp = enter('b')
    state.nowMs = 9
    enter('c')
    expect(intake.oldestMs()).toBe(5)
    giveUp()
    expect(intake.oldestMs()).toBe(9)
    leave()
    expect(intake.oldestMs()).toBeUndefined()
  })

  it('is given up by the signal, with its reason, and once', () => {
    const { log, enter, leave } = setUp()
    const controller = new AbortController()
    enter('a')
    enter('b', controller.signal)
    enter('c')
    controller.abort('enough')
    leave()
    expect(log).toEqual(['a', 'enough', 'c'])
  })

  it('does not listen to the signal of one who is in', () => {
    const { log, enter, leave } = setUp()
    const controller = new AbortController()
    enter('a')
    enter('b', controller.signal)
    leave()
    controller.abort('late')
    expect(log).toEqual(['a', 'b'])
  })

  it('keeps a place that is reserved', () => {
    const { log, intake, enter } = setUp()
    const giveBack = intake.reserve()
    enter('a')
    expect(log).toEqual([])
    giveBack()
    expect(log).toEqual(['a'])
  })

  it('is shut while too many wait for another try', () => {
    const { log, state, intake, enter } = setUp(2)
    state.retrying = 2
    enter('a')
    expect(log).toEqual([])
    state.retrying = 1
    intake.admit()
    expect(log).toEqual(['a'])
  })

  it('refuses all once it is closed, also those who wait', () => {
    const { log, intake, enter } = setUp()
    enter('a')
    enter('b')
    intake.close()
    enter('c')
    expect(log).toEqual(['a', expect.any(GroupClosedError), expect.any(GroupClosedError)])
    expect(intake.crowded).toBe(false)
  })

  it('serves who comes while another is let in after those who wait already', () => {
    const { log, state, intake, enter } = setUp(1)
    enter('a')
    intake.wait(() => {
      log.push('b')
      enter('d')
    }, () => undefined)
    enter('c')
    state.waiting = 0
    intake.admit()
    expect(log).toEqual(['a', 'b', 'c'])
    state.waiting = 0
    intake.admit()
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })
})
