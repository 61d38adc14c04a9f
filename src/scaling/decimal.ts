/** A product of decimal fractions as it is on paper: 0.57 · 100 is 57, where floating point has 56.99999999999999. */
export const decimal = (product: number): number => Number(product.toPrecision(12))
