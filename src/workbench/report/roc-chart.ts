import { auroc } from '../metrics/auroc.js';
import { f1AtThreshold } from '../metrics/f1-at-threshold.js';
import { rocCurve } from '../metrics/roc-curve.js';
import { chart, xOf, yOf, type Axis } from './chart.js';
import { formatNumber } from './format-number.js';
import { html, type Html } from './html.js';

const X: Axis = { title: 'good pictures flagged', from: 0, to: 1 };
const Y: Axis = { title: 'defective pictures found', from: 0, to: 1 };

/** The ROC curve with the point at which the threshold works; null when there are only good or only bad pictures. */
export function rocChart(
  results: readonly { readonly score: number; readonly label: 0 | 1 }[],
  threshold: number | null,
): Html | null {
  const scores = results.map((result) => result.score);
  const labels = results.map((result) => result.label);
  const points = rocCurve(scores, labels);
  if (points === null) return null;
  const path = points.map((point) => `${xOf(X, point.falsePositiveRate)},${yOf(Y, point.truePositiveRate)}`).join(' ');
  return chart('ROC curve', X, Y, [
    html`<line class="chance" x1="${xOf(X, 0)}" y1="${yOf(Y, 0)}" x2="${xOf(X, 1)}" y2="${yOf(Y, 1)}" />`,
    html`<polyline class="curve" points="${path}" />`,
    threshold === null ? null : workingPoint(scores, labels, threshold),
    html`<text class="note" x="${xOf(X, 0.98)}" y="${yOf(Y, 0.05)}" text-anchor="end">
      area ${formatNumber(auroc(scores, labels))}
    </text>`,
  ]);
}

function workingPoint(scores: readonly number[], labels: readonly number[], threshold: number): Html {
  const { recall, specificity } = f1AtThreshold(scores, labels, threshold);
  const x = xOf(X, 1 - (specificity ?? 1));
  const y = yOf(Y, recall ?? 0);
  const isRight = x > xOf(X, 0.7);
  return html`<circle class="working-point" cx="${x}" cy="${y}" r="4.5" />
    <text class="note" x="${isRight ? x - 10 : x + 10}" y="${y + 16}" text-anchor="${isRight ? 'end' : 'start'}">
      at the threshold
    </text>`;
}
