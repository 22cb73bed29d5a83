import { chart, PLOT, xOf, yOf, type Axis } from '../report/chart.js';
import { html, type Html } from '../report/html.js';
import type { DriftReference } from './drift-report.js';

/** A curve of so many points is as fine as a screen shows. */
const POINTS = 400;

const STYLE = `svg { background: #fff; font: 11.5px system-ui, sans-serif; } .grid { stroke: #dfe4ea; } .axis { stroke: #5d6878; }
  .tick, .axis-title { fill: #5d6878; } .note { fill: #1c2430; } .reference, .now { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .reference { stroke: #5b8db8; } .now { stroke: #e2752f; } .threshold { stroke: #1c2430; stroke-dasharray: 5 4; }`;

/**
 * The two distribution functions as the text of an SVG file: the share of pictures with a score up to each value, in the calibration and
 * now, and the threshold.
 */
export function driftChart({ sketch, threshold }: DriftReference, scores: readonly number[]): string {
  const now = [...scores].sort((a, b) => a - b);
  const ends = [sketch.scores, now].flatMap((values) => [values[0], values[values.length - 1]]);
  const all = threshold === null ? ends : [...ends, threshold];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * 0.03 || Math.abs(high) * 0.05 || 1;
  const x: Axis = { title: 'score', from: low - room, to: high + room };
  const y: Axis = { title: 'share of pictures up to it', from: 0, to: 1 };
  const { text } = chart('Scores in the calibration and now', x, y, [
    html`<style>
      ${STYLE}
    </style>`,
    threshold === null ? null : thresholdLine(xOf(x, threshold)),
    html`<path class="reference" d="${steps(sketch.scores, x, y)}" />`,
    html`<path class="now" d="${steps(now, x, y)}" />`,
    key('reference', `calibration (${sketch.count})`, 0),
    key('now', `now (${now.length})`, 16),
  ]);
  return `${text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`;
}

/** The empirical distribution function as a path. @param sorted ascending */
function steps(sorted: readonly number[], x: Axis, y: Axis): string {
  const every = Math.max(1, Math.ceil(sorted.length / POINTS));
  let path = `M${xOf(x, x.from)} ${yOf(y, 0)}`;
  for (let i = every - 1; i < sorted.length; i += every) {
    path += `H${xOf(x, sorted[i])}V${yOf(y, (i + 1) / sorted.length)}`;
  }
  return `${path}H${xOf(x, sorted[sorted.length - 1])}V${yOf(y, 1)}H${xOf(x, x.to)}`;
}

function thresholdLine(at: number): Html {
  return html`<line class="threshold" x1="${at}" x2="${at}" y1="${PLOT.top}" y2="${PLOT.top + PLOT.height}" />
    <text class="note" x="${at - 5}" y="${PLOT.top + PLOT.height - 8}" text-anchor="end">threshold</text>`;
}

function key(kind: 'reference' | 'now', label: string, below: number): Html {
  const [x, y] = [PLOT.left + 10, PLOT.top + 12 + below];
  return html`<line class="${kind}" x1="${x}" x2="${x + 18}" y1="${y}" y2="${y}" />
    <text class="note" x="${x + 24}" y="${y + 4}">${label}</text>`;
}
