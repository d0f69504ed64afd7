/** How the page looks; light or dark as the reader's system says, light on paper. */
const LIGHT = `--ground: #fff; --text: #1b1f24; --faint: #5c6570; --line: #d5dae0; --alarm: #fbe9e4;
  --asked: #6b7480; --sent: #0072b2; --good: #009e73; --errors: #b87a00; --failed: #d55e00; --not-sent: #a8548b;
  --middle: #0072b2; --slow: #b87a00; --slowest: #d55e00;`;
const DARK = `--ground: #14181d; --text: #e4e8ec; --faint: #9aa4af; --line: #353d46; --alarm: #46231a;
  --asked: #9aa4af; --sent: #56b4e9; --good: #2fc99b; --errors: #e9a820; --failed: #ff7f3f; --not-sent: #d98fc0;
  --middle: #56b4e9; --slow: #e9a820; --slowest: #ff7f3f;`;

export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root:not(.paper) { ${DARK} } }
body { margin: 0 auto; max-width: 70rem; padding: 1rem 1.5rem 3rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 0.5rem; }
.troubles { margin: 0; padding: 0.6rem 1rem 0.6rem 2rem; background: var(--alarm); border-left: 4px solid var(--failed); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.2rem; margin: 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.8rem 0 0; break-inside: avoid; }
figcaption { display: flex; justify-content: space-between; align-items: center; font-weight: 600; }
figcaption button, summary { cursor: pointer; }
.chart { min-height: 240px; }
.stacked .u-legend { pointer-events: none; }
.u-legend { color: var(--text); font-size: 13px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 1.8rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
.wide th, .wide td { padding: 0.2rem 0.7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
.wide tr > :first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: normal; white-space: normal !important; overflow-wrap: anywhere; min-width: 12rem; }
thead th { color: var(--faint); font-weight: 600; }
thead button { all: unset; cursor: pointer; }
thead button:focus-visible { outline: 2px solid var(--sent); }
th[aria-sort=ascending] button::after { content: ' ▲'; }
th[aria-sort=descending] button::after { content: ' ▼'; }
.told :is(th, td) { text-align: left !important; }
.told td { white-space: normal !important; overflow-wrap: anywhere; }
:is(.told, .narrow) tbody th { min-width: 4rem; }
.legend { margin: 0.3rem 0; color: var(--faint); font-size: 13px; }
.legend span { margin-right: 1rem; }
.legend i { display: inline-block; width: 1.6em; height: 0.8em; margin-right: 0.4em; }
.legend b { display: inline-block; height: 1em; margin-right: 0.4em; border-left: 2px solid var(--text); vertical-align: -0.1em; }
.bars { display: grid; grid-template-columns: fit-content(18rem) 1fr; gap: 0.25rem 0.8rem; align-items: center; }
.bars.counted { grid-template-columns: fit-content(18rem) 1fr max-content; font-variant-numeric: tabular-nums; }
.bars > span { overflow-wrap: anywhere; }
.bar { position: relative; height: 1rem; background: var(--line); }
.bar span { position: absolute; top: 0; bottom: 0; min-width: 2px; }
.bar .share { left: 0; min-width: 0; }
.bar b { position: absolute; top: -2px; bottom: -2px; border-left: 2px solid var(--text); }
.axis { display: flex; justify-content: space-between; color: var(--faint); font-size: 13px; }
.up { background: var(--good); }
.down { background: var(--failed); }
.ejected { background: repeating-linear-gradient(45deg, var(--failed) 0 4px, var(--not-sent) 4px 8px); }
.returning { background: repeating-linear-gradient(90deg, var(--good) 0 3px, var(--line) 3px 6px); }
.untold { background: repeating-linear-gradient(90deg, var(--faint) 0 1px, var(--line) 1px 6px); }
.share { background: var(--sent); }
.bar, .bar span, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
details { margin-top: 1.8rem; }
summary { font-weight: 600; }
@media print { table { font-size: 11px; } .wide th, .wide td { padding: 0.1rem 0.4rem; } body { max-width: none; padding: 0; } figcaption button { display: none; } .wide { overflow: visible; } }
`;
