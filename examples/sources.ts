import { Readable } from 'node:stream'
import { lastValueFrom, map, of, toArray, type Observable } from 'rxjs'
import { workerGroup, type Job, type Outcome } from 'rxcrew'

await using group = workerGroup({ action: async ({ input }: Job<string>) => input.toUpperCase(), ordered: true })

async function* lines() {
  yield 'an async'
  yield 'iterable'
}

const show = async (what: string, outcomes$: Observable<Outcome<string, string>>) => {
  const words = outcomes$.pipe(map((outcome) => (outcome.type === 'completed' ? outcome.value : outcome.type)), toArray())
  console.log(`${what}: ${(await lastValueFrom(words)).join(' ')}`)
}

// Pushed: an Observable does not wait, so what waits for a worker is bounded by `capacity` of `run`.
await show('Observable', of('any', 'observable').pipe(group.run({ capacity: 100 })))

// Pulled: the next value is asked for only when the line has room.
await show('iterable', group.consume(['an', 'iterable']))
await show('async iterable', group.consume(lines()))
await show('Node stream', group.consume(Readable.from(['a', 'node', 'stream'])))
await show('web stream', group.consume(new Blob(['a web stream']).stream().pipeThrough(new TextDecoderStream())))

// One by one: `offer` waits for room, `submit` also waits for the value.
await group.offer('one by one')
console.log(`submit: ${await group.submit('and its value')}`)
