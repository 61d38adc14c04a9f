/** What one of several asks of a total. */
export interface ShareClaim {
  /** Workers wanted: a whole number, 0 or more. */
  readonly wants: number
  /** Its part of what is shared, more than 0. */
  readonly weight: number
  /** Reserved: had before anything is shared, as far as it is wanted. */
  readonly atLeast: number
}

/**
 * The fair shares of a total, one for each claim, in whole workers: weighted max-min fairness. Everyone has what is
 * reserved, as far as it is wanted; the rest is given one by one, each to the one that then has least for its weight, of
 * equal ones the first. So nobody has more than is wanted, nothing is left while anyone wants more, and nobody could
 * have more but at the cost of one who has less for its weight. Reservations are kept also where they exceed the total.
 *
 * Progressive filling (D. Bertsekas, R. Gallager, Data Networks, 2nd ed., §6.5.2) in whole numbers.
 */
export const shareOut = (total: number, claims: readonly ShareClaim[]): readonly number[] => {
  const shares = claims.map(({ wants, atLeast }) => Math.min(wants, atLeast))
  for (let left = total - shares.reduce((sum, share) => sum + share, 0); left > 0; left -= 1) {
    const next = neediest(claims, shares)
    if (next === undefined) break
    shares[next] = (shares[next] ?? 0) + 1
  }
  return shares
}

const neediest = (claims: readonly ShareClaim[], shares: readonly number[]): number | undefined => {
  let next: number | undefined
  let least = Infinity
  claims.forEach(({ wants, weight }, at) => {
    const share = shares[at] ?? 0
    if (share >= wants || (share + 1) / weight >= least) return
    next = at
    least = (share + 1) / weight
  })
  return next
}
