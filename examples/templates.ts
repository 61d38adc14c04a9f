import * as t from 'io-ts'
import { firstValueFrom, filter } from 'rxjs'
import { action, actionHub, actions, memoryBus, stopAndEscalate, template } from 'rxcrew'

const resize = action({
  name: 'resize',
  input: t.string,
  handle: async ({ input }) => {
    if (input === 'poison') throw new Error('out of memory')
    return `${input}, smaller`
  },
})
const registry = actions({
  resize: template({ name: 'resize', topic: 'images', action: resize, options: { supervision: stopAndEscalate() } }),
})

const bus = memoryBus()
const hub = actionHub({ bus, actions: registry, onEscalation: ({ protocol, group }) => console.log(`${group}: ${protocol}`) })
hub.start()
const show = () => console.log(hub.health().groups.map(({ name, phase }) => `${name} is ${phase}`).join())

show()
console.log(await hub.request('resize', 'a.png'))
show()

await hub.send('resize', 'poison')
await firstValueFrom(hub.stats$.pipe(filter((rows) => rows.length === 0)))
show()
console.log(await hub.request('resize', 'b.png'))

await hub.drain()
await bus.close()
