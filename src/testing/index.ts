// The bus contract, for whoever writes an adapter
export { busContract, type BusCase } from './bus-contract.js'
export type { BusEnvironment } from './bus-environment.js'
