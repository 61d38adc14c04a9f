import { byError, constant, restartOne, resume, stopAndEscalate, workerGroup, type Job } from 'rxcrew'

class Unreadable extends Error {}
class Disconnected extends Error {
  readonly code = 'ECONNRESET'
}

const group = workerGroup({
  action: async ({ input }: Job<string>) => {
    if (input === 'unreadable') throw new Unreadable(input)
    if (input === 'disconnected') throw new Disconnected(input)
    return input
  },
  instance: 'single',
  supervision: byError(
    [
      [Unreadable, resume()],
      ['ECONNRESET', restartOne({ backoff: constant(1), maxRestarts: 2, withinMs: 60_000 })],
    ],
    stopAndEscalate(),
  ),
  onEscalation: ({ protocol, offending, restarts }) => console.log(`  ${protocol} (${restarts}), offending: ${offending?.payload}`),
})

for (const input of ['fine', 'unreadable', 'disconnected', 'disconnected', 'fine', 'disconnected', 'fine']) {
  const end = await group.submit(input).catch((error: unknown) => (error instanceof Error ? error.constructor.name : String(error)))
  console.log(`${input}: ${end}`)
}
const { processed, failed, restarts, escalations, phase } = group.stats()
console.log({ processed, failed, restarts, escalations, phase })
