/** `npm run test:faults -- --full`: the sizes of the design, which take a quarter of an hour. */
export const isFull = process.env['RXCREW_FAULTS'] === 'full'

/** What is tried by default, and in full. */
export const sized = <A>(usual: A, full: A): A => (isFull ? full : usual)
