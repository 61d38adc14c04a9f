/** The page's looks, in light and in dark. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fcfcfb; --card: #fff; --ink: #16181d; --soft: #5b6270; --rule: #e3e5e8; --first: #2a78d6; --second: #1baf7a; --warn: #b45309 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14161a; --card: #1c1f25; --ink: #eceef2; --soft: #a2a9b5; --rule: #333842; --first: #5aa2f5; --second: #2cc48d; --warn: #f0a04b }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: 26px; margin: 0 }
h2 { font-size: 19px; margin: 40px 0 12px }
h3 { font-size: 15px; margin: 20px 0 8px }
p { margin: 4px 0; color: var(--soft) }
code { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere }
.warn { color: var(--warn) }
.tiles, .charts { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin: 20px 0 12px }
.charts { grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); margin-top: 0 }
.tile, figure { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; margin: 0 }
.tile b { display: block; font-size: 22px; font-weight: 600 }
.tile span { color: var(--soft); font-size: 13px }
figcaption { display: flex; gap: 14px; font-size: 13px; font-weight: 600 }
figcaption span { font-weight: 400; color: var(--soft) }
figcaption i { display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: middle; border-radius: 2px; background: var(--tone) }
figcaption i.area { height: 10px; opacity: .4 }
.first { --tone: var(--first) }
.second { --tone: var(--second) }
svg { display: block; width: 100%; height: auto; margin-top: 6px }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif }
svg .grid { stroke: var(--rule) }
svg .axis { stroke: var(--soft); opacity: .6 }
svg .line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round }
svg .area { fill: var(--tone); opacity: .4 }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px }
table { border-collapse: collapse; width: 100% }
th, td { padding: 7px 14px; text-align: left; vertical-align: top; border-top: 1px solid var(--rule) }
thead th { border-top: 0; color: var(--soft); font-size: 13px; font-weight: 500; white-space: nowrap }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td code { display: block }
summary { color: var(--soft); cursor: pointer; font-size: 13px }
`
