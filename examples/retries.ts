import { constant, OutcomeError, resume, workerGroup, type Job } from 'rxcrew'

await using group = workerGroup({
  action: ({ input, attempt, signal }: Job<string>) => {
    if (input === 'flaky' && attempt < 3) throw new Error('try again')
    if (input === 'hopeless') throw new TypeError('never')
    // Never settles; heeds its abort.
    if (input === 'slow') return new Promise<string>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return `${input} in attempt ${attempt}`
  },
  supervision: resume(),
  retry: { maxAttempts: 5, backoff: constant(2), when: ({ type, error }) => type !== 'timedOut' && !(error instanceof TypeError) },
  timeoutMs: 20,
})

console.log(await group.submit('flaky'))

// The handler's own error, after a single attempt: `when` said no.
await group.submit('hopeless').catch((error: unknown) => console.log(String(error)))

// Any other end comes as an OutcomeError.
await group.submit('slow').catch((error: unknown) => console.log(error instanceof OutcomeError ? error.outcome.type : error))
