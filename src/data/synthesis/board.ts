import { Random } from '../../runtime/random.js';
import type { Mark, Point } from './marks.js';

/** A stroke of constant width, or a rectangle; a stroke of one point is a disc. */
export type Shape =
  | { readonly kind: 'stroke'; readonly line: readonly Point[]; readonly width: number }
  | { readonly kind: 'pad'; readonly x: number; readonly y: number; readonly w: number; readonly h: number };

/** The drawings of a printed circuit board, in units, before the layers are shifted against each other. */
export interface Artwork {
  /** Copper under the green lacquer. */
  readonly copper: readonly Shape[];
  /** Metal that the lacquer leaves bare. */
  readonly bare: readonly Shape[];
  /** Where the lacquer is open over places that lack their metal. */
  readonly windows: readonly Shape[];
  readonly holes: readonly Shape[];
  /** White print. */
  readonly ink: readonly Shape[];
}

export interface Board {
  readonly seed: number;
  /** The place of the board in the fixture, and of the lacquer and the print on it. */
  readonly shift: { readonly copper: Point; readonly lacquer: Point; readonly ink: Point };
  readonly angle: number;
  readonly tone: number;
  readonly artwork: Artwork;
  readonly marks: readonly Mark[];
}

const pad = (x: number, y: number, w: number, h: number): Shape => ({ kind: 'pad', x, y, w, h });
const stroke = (width: number, ...at: number[]): Shape => ({
  kind: 'stroke',
  width,
  line: Array.from({ length: at.length / 2 }, (_, i) => ({ x: at[2 * i], y: at[2 * i + 1] })),
});

/** The one layout of the product: two chips, rows of chip resistors, a connector, vias and the traces between them. */
export const ARTWORK: Artwork = layout();

function layout(): Artwork {
  const chip = [46, 58, 70, 82];
  const bare: Shape[] = [];
  for (const y of chip) bare.push(pad(40, y, 13, 5.5), pad(84, y, 13, 5.5));
  for (const y of [112, 121, 130, 139, 148]) bare.push(pad(112, y, 10, 4.4), pad(150, y, 10, 4.4));
  const parts = [30, 58, 86].flatMap((x) => [pad(x - 7, 130, 6.5, 9), pad(x + 7, 130, 6.5, 9)]);
  const connector = [24, 48, 72, 96, 120, 144, 168];
  const vias = [
    [120, 40],
    [138, 52],
    [120, 66],
    [164, 84],
    [102, 92],
    [24, 104],
    [66, 156],
    [172, 118],
  ];
  const rings = [...connector.map((x) => stroke(13, x, 176)), ...vias.map(([x, y]) => stroke(6.6, x, y))];
  const copper = [
    stroke(2.6, 84, 46, 106, 46, 112, 40, 120, 40),
    stroke(2.6, 84, 58, 128, 58, 134, 52, 138, 52),
    stroke(2.6, 84, 70, 112, 70, 116, 66, 120, 66),
    stroke(2.6, 84, 82, 96, 82, 102, 88, 102, 92),
    stroke(2.6, 40, 46, 22, 46, 14, 54, 14, 94, 24, 104),
    stroke(2.6, 40, 58, 26, 58, 20, 64, 20, 88, 44, 112, 44, 122, 37, 130),
    stroke(2.6, 40, 70, 32, 70, 27, 75, 27, 86, 52, 111, 62, 121, 62, 130, 65, 130),
    stroke(2.6, 40, 82, 40, 90, 58, 108, 80, 108, 93, 121, 93, 130),
    stroke(4.2, 8, 14, 184, 14, 184, 150, 168, 166, 168, 176),
    stroke(4.2, 23, 130, 14, 139, 14, 160, 24, 170, 24, 176),
    stroke(2.6, 51, 130, 51, 150, 48, 153, 48, 176),
    stroke(2.6, 79, 130, 79, 143, 66, 156, 72, 162, 72, 176),
    stroke(2.6, 112, 148, 102, 148, 96, 154, 96, 176),
    stroke(2.6, 112, 139, 104, 139, 98, 133, 98, 118, 102, 92),
    stroke(2.6, 150, 148, 144, 154, 144, 176),
    stroke(2.6, 150, 139, 162, 139, 168, 145, 168, 152, 120, 160, 120, 176),
    stroke(2.6, 150, 112, 158, 104, 158, 90, 164, 84),
    stroke(2.6, 150, 121, 169, 121, 172, 118),
    stroke(2.6, 138, 52, 164, 78, 164, 84),
    stroke(2.6, 112, 112, 112, 98, 136, 74, 136, 68, 120, 52, 120, 40),
  ];
  const holes = [...connector.map((x) => stroke(6.4, x, 176)), ...vias.map(([x, y]) => stroke(2.6, x, y))];
  return { copper, bare: [...bare, ...parts, ...rings], windows: [], holes, ink: print() };
}

/** Outlines of the parts, and labels in an alphabet of its own. */
function print(): Shape[] {
  const frame = (x0: number, y0: number, x1: number, y1: number) => stroke(1.1, x0, y0, x1, y0, x1, y1, x0, y1, x0, y0);
  const labels = [
    [52, 28, 5],
    [118, 96, 4],
    [132, 30, 6],
    [24, 144, 2],
    [34, 118, 2],
    [104, 160, 2],
    [60, 142, 2],
  ];
  return [
    frame(50, 39, 74, 89),
    stroke(2.2, 55, 44),
    frame(120, 106, 142, 154),
    stroke(2.2, 124, 110),
    ...[30, 58, 86].map((x) => frame(x - 12.5, 123.5, x + 12.5, 136.5)),
    ...labels.flatMap(([x, y, count], i) => label(x, y, count, i)),
  ];
}

/** Signs of two or three strokes on a grid of 2 x 3 nodes, the same in every build. */
function label(x: number, y: number, count: number, seed: number): Shape[] {
  const random = new Random(seed + 5);
  const signs: Shape[] = [];
  for (let i = 0; i < count; i++) {
    const node = (n: number) => [x + i * 5.6 + (n % 2) * 3.2, y + Math.floor(n / 2) * 3];
    signs.push(stroke(1.15, ...node(random.below(2)), ...node(2 + random.below(2)), ...node(4 + random.below(2))));
    signs.push(stroke(1.15, ...node(0), ...node(1)));
    if (random.below(2) === 0) signs.push(stroke(1.15, ...node(2), ...node(3)));
  }
  return signs;
}
