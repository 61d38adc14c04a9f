import { fixed, workerGroup, type Job } from 'rxcrew'

interface Connection {
  readonly id: number
  query(text: string): string
}
let opened = 0

const group = workerGroup({
  action: async ({ input, worker }: Job<string, Connection>) => worker.query(input),
  scaling: fixed(1),
  worker: {
    acquire: async () => {
      const id = (opened += 1)
      console.log(`open ${id}`)
      return { id, query: (text) => `${text} on ${id}` }
    },
    release: async ({ id }) => console.log(`close ${id}`),
    recycleAfter: 2,
  },
})

for (const text of ['first', 'second', 'third']) console.log(await group.submit(text))
await group.drain()
