import { stopAndEscalate, workerGroup, type Job, type Message } from 'rxcrew'

const rescued: Message<string>[] = []
const group = workerGroup({
  action: async ({ input }: Job<string>) => {
    if (input === 'poison') throw new Error('the sky falls')
  },
  instance: 'single',
  supervision: stopAndEscalate(),
  onEscalation: ({ failure, offending, pending }) => {
    console.log(`it has stopped: ${String(failure.error)}, at '${offending?.payload}'; ${pending.length} wait`)
    // What is claimed is ours to see to; the rest goes back to its source.
    for (const item of pending) if (item.message.payload.startsWith('urgent') && item.claim()) rescued.push(item.message)
  },
})
group.outcomes$.subscribe((outcome) =>
  console.log(`${outcome.message.payload}: ${outcome.type}${outcome.type === 'handedBack' ? ` to its ${outcome.to}` : ''}`))

group.pause()
for (const payload of ['hello', 'poison', 'urgent letter', 'postcard']) await group.offer(payload)
group.resume()
await group.wait()
console.log('rescued:', rescued.map(({ payload }) => payload))
