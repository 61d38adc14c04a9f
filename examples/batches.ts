import { lastValueFrom, range, toArray } from 'rxjs'
import { workerGroup, type BatchJob } from 'rxcrew'

await using group = workerGroup({
  name: 'inserts',
  batch: { max: 4, maxWaitMs: 5 },
  action: async ({ inputs, members }: BatchJob<number, string>) => {
    console.log(`one round trip for ${inputs.length}`)
    for (const member of members) if (member.input === 5) member.fail(new Error('refused by the database'))
    return inputs.map((id) => `row ${id}`)
  },
})

const outcomes = await lastValueFrom(range(1, 10).pipe(group.run(), toArray()))
for (const outcome of outcomes) console.log(outcome.message.payload, outcome.type === 'completed' ? outcome.value : outcome.type)
