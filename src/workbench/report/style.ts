/** The look of the report page: light, one column on a phone, no font and no picture from elsewhere. */
export const STYLE = `
:root { --ink: #1c2430; --soft: #5d6878; --line: #dfe4ea; --paper: #fff; --back: #f4f6f8; --good: #5b8db8; --bad: #e2752f; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 21px; margin: 0 0 4px; }
h3 { font-size: 15px; margin: 22px 0 8px; }
p { margin: 4px 0 12px; max-width: 75ch; color: var(--soft); }
nav { margin: 14px 0 4px; display: flex; flex-wrap: wrap; gap: 8px; }
nav a { color: inherit; text-decoration: none; border: 1px solid var(--line); background: var(--paper); border-radius: 999px; padding: 3px 13px; }
nav a:hover { border-color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 22px; margin-top: 20px; }
.settings { display: flex; flex-wrap: wrap; gap: 8px 30px; margin: 12px 0 18px; }
.settings dt { color: var(--soft); font-size: 12.5px; }
.settings dd { margin: 0; overflow-wrap: anywhere; }
.tables, .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 20px 34px; align-items: start; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: 12.5px; font-weight: 600; color: var(--soft); }
th, td { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th.number, td.number { text-align: right; white-space: nowrap; }
td.number + td:not(.number), th.number + th:not(.number) { padding-left: 18px; }
td small { display: block; color: var(--soft); font-size: 12px; }
figure { margin: 0; min-width: 0; }
.chart { width: 100%; height: auto; display: block; font-size: 11.5px; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .axis { stroke: var(--soft); stroke-width: 1; }
.chart .tick, .chart .axis-title { fill: var(--soft); }
.chart .note { fill: var(--ink); }
.bar-good { fill: var(--good); fill-opacity: 0.72; }
.bar-bad { fill: var(--bad); fill-opacity: 0.72; }
.threshold { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 4; }
.curve { fill: none; stroke: var(--good); stroke-width: 2.5; stroke-linejoin: round; }
.chance { stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 4 4; }
.working-point { fill: var(--bad); stroke: var(--paper); stroke-width: 1.5; }
.gallery { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 760px), 1fr)); gap: 16px; }
.card { border: 1px solid var(--line); border-radius: 10px; padding: 12px; min-width: 0; }
.card header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; margin-bottom: 10px; }
.card .name { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.card .facts { margin-left: auto; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.images { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px; }
.images img { max-width: 100%; max-height: 340px; height: auto; display: block; border-radius: 4px; }
.images figcaption { font-size: 12px; color: var(--soft); margin-top: 3px; }
.none { display: grid; place-items: center; height: 100%; min-height: 64px; max-height: 130px; border: 1px dashed var(--line); border-radius: 4px; color: var(--soft); font-size: 12px; }
.verdict { border-radius: 999px; padding: 1px 10px; font-size: 12.5px; font-weight: 600; background: #e8ebef; color: #455062; }
.verdict.hit { background: #d9f0e0; color: #14632f; }
.verdict.missed { background: #fbdcdc; color: #96191c; }
.verdict.false-alarm { background: #fdeccb; color: #7d4d00; }
footer { margin-top: 24px; color: var(--soft); font-size: 12.5px; }
@media (max-width: 560px) { main { padding: 18px 10px 40px; } section { padding: 14px; } .images { grid-template-columns: repeat(2, minmax(0, 1fr)); } .card .facts { margin-left: 0; } }
@media print { body { background: #fff; } section { border: 0; padding: 0; } .card { break-inside: avoid; } }
`;
