import { setTimeout as sleep } from 'node:timers/promises'
import { resume, workerGroup, type Job } from 'rxcrew'

const group = workerGroup({
  action: async ({ input, signal }: Job<string>) => {
    if (input === 'bad') throw new Error('no good')
    if (input === 'slow') await sleep(60_000, undefined, { signal })
    return `${input} done`
  },
  instance: 'single',
  supervision: resume(),
  timeoutMs: 50,
})

group.outcomes$.subscribe((outcome) => {
  const end = outcome.type === 'completed' ? outcome.value : outcome.type === 'failed' ? String(outcome.failure.error) : ''
  console.log(`${outcome.message.payload}: ${outcome.type} ${end}`.trim())
})

await group.offer('good')
await group.offer('bad')
await group.offer('late', { expiresAtMs: Date.now() - 1 })
await group.offer('slow')
await group.idle()

const sender = new AbortController()
group.pause()
await group.offer('regretted', { signal: sender.signal })
sender.abort()
await group.offer('never begun')
await group.stop()

const { received, processed, failed, expired, timedOut, cancelled, handedBack } = group.stats()
console.log(`${received} received = ${processed} + ${failed} + ${expired} + ${timedOut} + ${cancelled} + ${handedBack}`)
