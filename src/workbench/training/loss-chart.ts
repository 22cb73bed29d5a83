import type { EpochLosses } from '../../models/training/training-task.js';
import { chart, xOf, yOf, type Axis } from '../report/chart.js';
import { html, type Html } from '../report/html.js';

/** The loss of every epoch, and the held-out loss where there is one. */
export function lossChart(name: string, epochs: readonly EpochLosses[]): Html {
  const lines = [
    { title: 'training', style: 'curve', values: epochs.map(({ loss }) => loss) },
    { title: 'held out', style: 'curve held-out', values: epochs.map(({ heldOut }) => heldOut) },
  ].map((line) => ({ ...line, points: pointsOf(line.values) }));
  const all = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x: Axis = { title: 'epoch', from: Math.min(1, epochs.length - 1), to: epochs.length };
  const y: Axis = { title: 'loss', from: low > 0 ? 0 : low, to: high > low ? high : low + 1 };
  return chart(
    `${name}: loss`,
    x,
    y,
    lines.flatMap(({ title, style, points }, i) => {
      if (points.length === 0) return [];
      const path = points.map(([epoch, value]) => `${xOf(x, epoch)},${yOf(y, value)}`).join(' ');
      return [
        html`<polyline class="${style}" points="${path}" />`,
        html`<text class="note ${style}" x="460" y="${30 + 16 * i}" text-anchor="end">${title}</text>`,
      ];
    }),
  );
}

/** Epochs count from 1. */
function pointsOf(values: readonly (number | null)[]): [number, number][] {
  return values.flatMap((value, i) => (value === null ? [] : [[i + 1, value] as [number, number]]));
}
