/** The smaller of two numbers that may not be; `undefined` if neither is. */
export const lesser = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined || b === undefined ? (a ?? b) : Math.min(a, b))
