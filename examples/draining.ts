import { setTimeout as sleep } from 'node:timers/promises'
import { firstValueFrom, Subject } from 'rxjs'
import { fixed, workerGroup, type Job } from 'rxcrew'

const bell$ = new Subject<string>()
const group = workerGroup({
  action: ({ input, signal }: Job<string>) => (input === 'slow' ? sleep(60_000, '', { signal }) : firstValueFrom(bell$)),
  scaling: fixed(2),
  workers: { min: 2, max: 2 },
})
group.status$.subscribe((phase) => console.log(phase))
group.outcomes$.subscribe(({ message, type }) => console.log(`${message.payload}: ${type}`))

for (const name of ['quick', 'slow', 'third', 'fourth']) await group.offer(name)

const drained = group.drain({ deadlineMs: 50 })
bell$.next('done in time')
console.log(await drained)

await group.offer('fifth').catch((error: unknown) => console.log(String(error)))
