// Measures one point of one curve in a process of its own, and prints it.
import { SCENARIOS } from './scenarios.js'

const [scenario = '', curve = '', size = ''] = process.argv.slice(2)
const probe = SCENARIOS[scenario]?.curves[curve]
if (probe === undefined) throw new Error(`no curve '${curve}' in '${scenario}'`)
console.log(JSON.stringify(await probe(Number(size))))
process.exit()
