import { html, type Html } from './html.js';

/** The drawing area of a chart inside its 480 x 280 frame. */
export const PLOT = { left: 46, top: 14, width: 420, height: 214 };

export interface Axis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** Position of a value on the horizontal axis. */
export function xOf(axis: Axis, value: number): number {
  return round(PLOT.left + (PLOT.width * (value - axis.from)) / (axis.to - axis.from));
}

/** Position of a value on the vertical axis. */
export function yOf(axis: Axis, value: number): number {
  return round(PLOT.top + PLOT.height * (1 - (value - axis.from) / (axis.to - axis.from)));
}

/** A chart as inline SVG: frame, grid, ticks and titles around `content`. It scales with the page. */
export function chart(title: string, x: Axis, y: Axis, content: readonly (Html | null)[]): Html {
  const bottom = PLOT.top + PLOT.height;
  const right = PLOT.left + PLOT.width;
  return html`<svg class="chart" viewBox="0 0 480 280" role="img" aria-label="${title}">
    ${ticks(y).map(
      (value) =>
        html`<line class="grid" x1="${PLOT.left}" x2="${right}" y1="${yOf(y, value)}" y2="${yOf(y, value)}" />
          <text class="tick" x="${PLOT.left - 6}" y="${yOf(y, value) + 3.5}" text-anchor="end">${value}</text>`,
    )}
    ${ticks(x).map(
      (value) => html`<text class="tick" x="${xOf(x, value)}" y="${bottom + 15}" text-anchor="middle">${value}</text>`,
    )}
    ${content}
    <line class="axis" x1="${PLOT.left}" x2="${right}" y1="${bottom}" y2="${bottom}" />
    <text class="axis-title" x="${PLOT.left + PLOT.width / 2}" y="${bottom + 34}" text-anchor="middle">${x.title}</text>
    <text class="axis-title" transform="translate(11 ${PLOT.top + PLOT.height / 2}) rotate(-90)" text-anchor="middle">
      ${y.title}
    </text>
  </svg>`;
}

/** Round numbers inside the axis, four to eight of them. */
export function ticks({ from, to }: Axis): number[] {
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough) ?? 10 * power;
  const out: number[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9; n++)
    out.push(Number((n * step).toPrecision(6)));
  return out;
}

/** Hundredths of a unit are finer than a screen shows, and keep the page small. */
export function round(position: number): number {
  return Math.round(position * 100) / 100;
}
