/** Prints one line. */
export const say = (line) => void process.stdout.write(`${line}\n`)

/** Prints why it cannot go on, one line each, and ends with code 1. */
export const fail = (...lines) => {
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(1)
}
