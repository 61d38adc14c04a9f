import { type FaultRow, faultTable } from './fault-report.js'

/** docs/reliability.md, of one run. */
export const faultsDocument = (rows: readonly FaultRow[], isFull: boolean): string => `# Reliability

What happens to messages when something breaks, tried on real servers that the tests start and kill themselves. The faults are
those that users of queue libraries report again and again. A group of workers on a hub handles messages; each handling is
written down, and in the end every id that was sent must have an outcome: handled, or a dead letter with its cause.

${faultTable(rows)}

- **again**: handlings to the end beyond the first of their message. Delivery is at least once: what was handled and not yet
  told to the server when the connection went comes again, and so does what a sender published twice because nobody confirmed
  it. The tests bound it by what was in flight and prefetched at each cut, and by what was published again.
- **lost**: ids without an outcome. The tests fail unless it is 0. What was neither handled nor lost is a dead letter (T2, T4), or
  under way in the process that took it over (T5). The one message of T3 is run to its end by both processes; only the second
  one's settlement counts.
- **seconds to recover**: from the moment the server was ready again, or the process gone, to the first handling after it; where
  processes are killed (T6), the longest wait of a message that one of them had; in T3, until the other process had it.

Redis runs with \`appendonly yes\` and \`appendfsync always\`: what it confirms survives that it is killed. NATS keeps its streams in
files, with its own defaults: killed, it may come back without the latest acknowledgements, and then more comes again than was
in flight (three flaps). Deleted groups begin again from the start of their stream on Redis, so what was not trimmed yet
comes again there.

## The faults

| | what is done | what must hold, beside lost = 0 |
|---|---|---|
| T1 | the server is killed under load, while idle, three times in a row; falls silent; forgets groups or topic | flows again in less than 5 s; duplicates bounded; health red meanwhile, green afterwards |
| T2 | a handler takes longer than its lease, with two processes; one never ends | each message starts once, both processes work; at the cap it is aborted, comes again, and is dead in the end |
| T3 | a handler blocks its process for three leases | another takes over; the late settlement is refused and known as such |
| T4 | among good messages: some throw, reject, take too long, never end, have the wrong shape, are no message, kill their process; dead letters cannot be stored | each is a dead letter once, with its cause, after so many tries at their distance; meanwhile the good ones flow |
| T5 | SIGTERM with 200 messages in flight: quick, slow, deaf to their abort, sending | the process ends in time and starts nothing; another has the rest within a second, leases notwithstanding; what was sent arrives |
| T6 | processes are killed again and again; their workers cannot start | what they had starts again within a lease and a second, as a later attempt; one that cannot start gives up once |
| T7, in part | one slow worker and far more messages than it can handle | never more is taken than there is room for |
| T10, in part | members come and go, with messages in flight; one is paused | nothing that was in flight is handled twice |

Not tried here: storms of scaling (T8), an outage of what handlers depend on (T9), memory over a long time (T7), order by key
while members move (T10).

## Run it

\`\`\`sh
npm run test:faults                    # some minutes
npm run test:faults -- --full          # the sizes of the design
npm run test:faults -- --write         # and write this page
\`\`\`

It needs \`redis-server\` and \`nats-server\`. This page was written by \`npm run test:faults -- --write${isFull ? ' --full' : ''}\`.
`
