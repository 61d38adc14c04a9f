/** The page's looks, in light and in dark. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --paper: #fcfcfb; --card: #fff; --ink: #16181d; --soft: #5b6270; --rule: #e3e5e8; --warn: #b45309 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14161a; --card: #1c1f25; --ink: #eceef2; --soft: #a2a9b5; --rule: #333842; --warn: #f0a04b }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: 26px; margin: 0 }
h2 { font-size: 17px; margin: 36px 0 8px; overflow-wrap: anywhere }
ul { margin: 8px 0 20px; padding: 0; list-style: none; color: var(--soft) }
p { margin: 16px 0; font-size: 13px; color: var(--soft) }
p.warn { color: var(--warn); font-size: 15px }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th, td { padding: 7px 10px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; border-top: 1px solid var(--rule) }
th:first-child { text-align: left; font-weight: 500; max-width: 320px; overflow: hidden; text-overflow: ellipsis }
thead th { border-top: 0; color: var(--soft); font-size: 13px; font-weight: 500 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 16px 0; font-size: 13px; color: var(--soft) }
dt { color: var(--ink) }
dd { margin: 0 }
section svg { display: block; width: 100%; height: auto; border: 1px solid var(--rule); border-radius: 8px }
`
