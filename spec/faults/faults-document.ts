import { BROKERS } from './fault-brokers.js'
import { type FaultRow, faultTable } from './fault-report.js'
import { FAULTS } from './faults.js'

/** What is not tried where: one line for each reason, by fault. */
const untried = (): string => {
  const lines = new Map<string, string[]>()
  for (const { name, without } of BROKERS) {
    for (const fault of FAULTS) {
      const why = without[fault]
      if (why === undefined) continue
      const line = `| ${name} | ${why} |`
      lines.set(line, [...(lines.get(line) ?? []), fault])
    }
  }
  return ['| bus | why not | faults |', '|---|---|---|', ...[...lines].map(([line, faults]) => `${line} ${faults.join('; ')} |`)].join('\n')
}

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
  processes are killed (T6), the longest wait of a message that one of them had; in T3, until the other process had it; in T9,
  from the moment the service was well again.

Redis runs with \`appendonly yes\` and \`appendfsync always\`: what it confirms survives that it is killed. NATS keeps its streams in
files, with its own defaults: killed, it may come back without the latest acknowledgements, and then more comes again than was
in flight (three flaps). Deleted groups begin again from the start of their stream on Redis, so what was not trimmed yet
comes again there.

A RabbitMQ that is killed within about a second after a quorum queue was first declared comes back with that queue and never finds
a leader for it: 3.10.8 writes the names of its queues half a second late (rabbitmq/ra#443). Of 10 such kills, the 8 within a second
of the declaration ended so, and none of the later ones; the tests wait until the name is on disk. An acknowledgement there has no
answer, so what was acknowledged as the connection went may come again, and a late one is not refused (T3). When a limit falls, it has
been seen to deliver again what it had been told the end of: 17 messages each, in 5 of 19 storms of 5,000 to 40,000 (T8).

Kafka is tried on the mock of librdkafka, one process that keeps nothing and has no way to fail: what is shown there is that members
come and go (T10). That a real cluster loses nothing when a broker dies (T1), or how soon partitions move when a process is
killed (T5, T6), is not. Attempts are not counted across a crash there, so a message that kills its process would go on doing so.

${untried()}

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
| T8 | the size of a group is another every few ms, from 0 to 64, with handlers that end at once, later, or fail; 200,000 items (1,000,000 with \`--full\`) in virtual time, then on each bus; policies meet ten times the load and go back, in virtual time, with what they measure taken away too | never more at work than the size allows, started in order, everything ends; within bounds, settled in a minute upwards and seven downwards, fewer than 45 changes of mind a minute |
| T9 | a service answers 503, then 429 with \`retry-after\`; handlers meet it behind a breaker made of \`gate$\` and \`rate\` | no more calls than probes; what was at work has failed once, nothing else; other actions go on; flows again with the first probe that goes well, and no faster than the ramp |
| T10, in part | members come and go, with messages in flight; one is paused | nothing that was in flight is handled twice |

Not tried here: memory over a long time (T7) and under a limit of the machine (T8); order by key while members move, except on
Kafka (T10).

## Run it

\`\`\`sh
npm run test:faults                    # some minutes
npm run test:faults -- --full          # the sizes of the design
npm run test:faults -- --write         # and write this page
\`\`\`

It needs \`redis-server\`, \`nats-server\`, \`rabbitmq-server\` and \`kcat\`. This page was written by \`npm run test:faults -- --write${isFull ? ' --full' : ''}\`.
`
