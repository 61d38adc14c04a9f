/** Every fault that has a line in the table. */
export const FAULTS = [
  'T1 killed under load',
  'T1 stopped under load',
  'T1 killed while idle',
  'T1 three flaps',
  'T1 black hole',
  'T1 groups deleted',
  'T1 topic deleted',
  'T2 handler outlives its lease',
  'T2 handler never ends',
  'T3 event loop blocked for three leases',
  'T4 poison among good messages',
  'T4 dead letters blocked',
  'T4 a message that kills its process',
  'T5 SIGTERM with 200 in flight',
  'T6 workers killed under load',
  'T6 workers that cannot start',
  'T7 slow worker, long backlog',
  'T8 storm of sizes',
  'T9 outage of a dependency',
  'T10 members come and go',
  'T10 a member is paused',
] as const

export type Fault = (typeof FAULTS)[number]
