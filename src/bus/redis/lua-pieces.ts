/**
 * Who holds a message is in the group's own list of what is pending: each member of a group is a consumer of it, and what
 * waits for a retry is pending with a consumer of this name, so that deliveries are counted by Redis itself.
 */
export const PARKED = '~parked'

/** Whether one id of an entry is before another. */
export const PRECEDES = `
local function precedes(a, b)
  local am, as = string.match(a, '(%d+)-(%d+)')
  local bm, bs = string.match(b, '(%d+)-(%d+)')
  if am ~= bm then return tonumber(am) < tonumber(bm) end
  return tonumber(as) < tonumber(bs)
end
`

/** The server's clock, in ms. */
export const NOW = `
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
`

/** Wakes one member that waits for messages; one that then finds more than it can take wakes the next. */
export const WAKE = `
local function rouse() redis.call('XADD', wake, 'MAXLEN', 16, '*', 'w', 1) end
`
