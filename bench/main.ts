import { groupRows } from './group.js'
import { memoryReport } from './memory.js'
import { scaleMapRows } from './scale-map.js'
import { table } from './stand.js'

const share = process.argv.includes('--quick') ? 0.1 : 1

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Median of interleaved rounds; below 1 we are faster.\n`)
console.log(table([...(await scaleMapRows(share)), ...(await groupRows(share))]))
const { settled, mostOpen, slopeBytes } = await memoryReport()
console.log(`\nEndless source, one slow worker: ${settled} settled, at most ${mostOpen} pulled and not settled, heap ${slopeBytes.toFixed(2)} bytes per item.`)
