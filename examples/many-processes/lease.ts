/** How long Redis lends a message without hearing of it again, in ms: so soon others have what a killed process had, within a second. */
export const LEASE_MS = 2_000
