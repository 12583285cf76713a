/** The look of a report: light on screen and on paper, dark where the reader's system is. */
export const reportStyle = `
:root { color-scheme: light dark; --text: #1a2024; --muted: #55616a; --line: #d9dee2; --surface: #fff;
  --raised: #f5f7f8; --accent: #0a7672; --bad: #c26a00; --danger: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e9ec; --muted: #9da9b2; --line: #2b3237;
  --surface: #14181b; --raised: #1e2327; --accent: #43cdc4; --bad: #f0a030; --danger: #ff8a80; } }
@media print { :root { color-scheme: light; --text: #1a2024; --muted: #55616a; --line: #d9dee2;
  --surface: #fff; --raised: #f5f7f8; --accent: #0a7672; --bad: #c26a00; --danger: #b3261e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 40px 32px 64px; background: var(--surface); color: var(--text);
  font: 14px/1.5 system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; font-variant-numeric: tabular-nums; }
h1 { margin: 0; font-size: 26px; letter-spacing: -0.01em; }
h2 { margin: 40px 0 8px; padding-top: 20px; border-top: 1px solid var(--line); font-size: 19px; }
h3 { margin: 24px 0 8px; font-size: 14px; }
p { margin: 4px 0; max-width: 92ch; }
.muted, figcaption, caption { color: var(--muted); }
table { width: 100%; margin: 10px 0; border-collapse: collapse; font-size: 13px; }
th, td { padding: 5px 8px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--muted); font-weight: 500; }
th:first-child, td:first-child, .text { text-align: left; }
td.wrap { white-space: normal; }
tr.total td { font-weight: 600; }
tr.variant td { padding-top: 14px; color: var(--muted); }
small { color: var(--muted); font-size: 11px; }
.facts { display: grid; grid-template-columns: max-content 1fr max-content 1fr; gap: 2px 18px; margin: 12px 0; font-size: 13px; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; margin: 12px 0; }
figure { margin: 0; }
figcaption { margin-top: 4px; font-size: 12px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font-size: 10px; }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--muted); }
svg .good { fill: var(--accent); } svg .bad { fill: var(--bad); }
svg .line { fill: none; stroke: var(--accent); stroke-width: 1.6; }
svg .chance { stroke: var(--line); stroke-dasharray: 4 3; }
svg .threshold { stroke: var(--danger); stroke-width: 1.5; stroke-dasharray: 4 3; } svg .point { fill: var(--danger); }
.key { display: inline-block; width: 9px; height: 9px; margin: 0 4px 0 10px; border-radius: 2px; }
.key.good { background: var(--accent); } .key.bad { background: var(--bad); } .key.threshold { height: 2px; vertical-align: 3px; background: var(--danger); }
.strip { display: grid; grid-template-columns: minmax(180px, 1fr) repeat(4, 168px); gap: 6px; align-items: center; margin: 0 0 6px; break-inside: avoid; }
.strip img, .strip .none { display: block; width: 168px; height: 168px; border-radius: 3px; background: var(--raised); }
.strip .none { display: grid; place-items: center; padding: 8px; color: var(--muted); font-size: 11px; text-align: center; }
.strip.head { color: var(--muted); font-size: 11px; }
.strip > :first-child { overflow-wrap: anywhere; }
.wrong { color: var(--danger); font-weight: 600; }
a { color: var(--accent); }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--muted); font-size: 12px; }
@media screen and (max-width: 960px) { .charts { grid-template-columns: 1fr; } .facts { grid-template-columns: max-content 1fr; } .strip { grid-template-columns: repeat(4, 1fr); } .strip > :first-child { grid-column: 1 / -1; } .strip img, .strip .none { width: 100%; height: auto; aspect-ratio: 1; } table { display: block; overflow-x: auto; } }
@page { size: A4; margin: 14mm 12mm; }
@media print { body { max-width: none; padding: 0; font-size: 11px; } table, .facts { font-size: 10px; } figcaption { font-size: 9px; } .key { margin-left: 6px; } p, footer p { max-width: none; } footer { margin-top: 16px; padding-top: 6px; font-size: 9px; break-inside: avoid; } section + section { break-before: page; } h2 { margin-top: 12px; border: 0; padding-top: 0; } h3, h3 + p, .strip.head { break-after: avoid; } tr, figure, .facts { break-inside: avoid; }
  th, td { padding: 3px 5px; } .strip { grid-template-columns: 1fr repeat(4, 112px); }  .strip img, .strip .none { width: 112px; height: 112px; } }
`
