import { chart, PLOT, round, xOf, yOf, type Axis } from './chart.js';
import { html, type Html } from './html.js';

const BINS = 36;

/** How the scores of good and of defective pictures are spread, with the threshold as a line. */
export function histogramChart(
  results: readonly { readonly score: number; readonly label: 0 | 1 }[],
  threshold: number | null,
): Html | null {
  if (results.length === 0) return null;
  const x = scoreAxis(results.map((result) => result.score).concat(threshold ?? []));
  const counts = [new Array<number>(BINS).fill(0), new Array<number>(BINS).fill(0)];
  for (const { score, label } of results) {
    counts[label][Math.min(BINS - 1, Math.floor((BINS * (score - x.from)) / (x.to - x.from)))]++;
  }
  const y: Axis = { title: 'pictures', from: 0, to: Math.max(4, ...counts.flat()) * 1.08 };
  return chart('Scores of good and defective pictures', x, y, [
    ...counts.map((bins, label) => bars(bins, y, label === 0 ? 'good' : 'bad')),
    threshold === null ? null : thresholdLine(x, threshold),
    key(),
  ]);
}

/** A little more than the range of the values, so that no bar stands on the frame. */
function scoreAxis(values: readonly number[]): Axis {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = (high - low) * 0.03 || Math.abs(high) * 0.05 || 1;
  return { title: 'score', from: low - room, to: high + room };
}

function bars(bins: readonly number[], y: Axis, kind: 'good' | 'bad'): Html {
  const step = PLOT.width / BINS;
  return html`${bins.map((count, i) =>
    count === 0
      ? null
      : html`<rect
          class="bar-${kind}"
          x="${round(PLOT.left + i * step + 0.5)}"
          y="${yOf(y, count)}"
          width="${round(step - 1)}"
          height="${round(PLOT.top + PLOT.height - yOf(y, count))}"
        />`,
  )}`;
}

function thresholdLine(x: Axis, threshold: number): Html {
  const at = xOf(x, threshold);
  const isRight = at > PLOT.left + PLOT.width * 0.75;
  return html`<line class="threshold" x1="${at}" x2="${at}" y1="${PLOT.top}" y2="${PLOT.top + PLOT.height}" />
    <text class="note" x="${isRight ? at - 5 : at + 5}" y="${PLOT.top + 42}" text-anchor="${isRight ? 'end' : 'start'}">
      threshold
    </text>`;
}

function key(): Html {
  const x = PLOT.left + PLOT.width - 126;
  return html`<rect class="bar-good" x="${x}" y="${PLOT.top + 2}" width="10" height="10" />
    <text class="note" x="${x + 15}" y="${PLOT.top + 11}">good</text>
    <rect class="bar-bad" x="${x + 58}" y="${PLOT.top + 2}" width="10" height="10" />
    <text class="note" x="${x + 73}" y="${PLOT.top + 11}">defective</text>`;
}
