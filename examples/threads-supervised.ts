import { constant, restartOne, workerGroup } from 'rxcrew'
import { threads } from 'rxcrew/threads'

const images = threads<typeof import('./threads/images.js')>({
  filename: new URL('./threads/images.js', import.meta.url),
  resourceLimits: { maxOldGenerationSizeMb: 256 },
})

const group = workerGroup({
  worker: { ...images.worker, recycleAfter: 1_000 },
  action: images.handler('inverted', { transfer: ({ pixels }) => [pixels.buffer] }),
  instance: 'single',
  timeoutMs: 1_000,
  supervision: restartOne({ backoff: constant(10) }),
})
group.escalations$.subscribe(({ protocol, failure }) => console.log(`${protocol}: ${failure.type}`))

for (const name of ['first', 'broken', 'endless', 'last']) {
  const image = { name, pixels: Uint8Array.of(0, 1, 2) }
  const end = await group.submit(image).then(({ pixels }) => pixels.join(' '), () => 'no image')
  console.log(`${name}: ${end}; ${image.pixels.length} bytes left here`)
}
console.log(`${group.stats().created} threads in turn`)
await group.drain()
