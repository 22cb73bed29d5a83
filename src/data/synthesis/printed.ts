import { fractal } from '../../ops/fractal-noise.js';
import type { Random } from '../../runtime/random.js';
import { ARTWORK, type Board, type Shape } from './board.js';
import type { Kind } from './kind.js';
import type { Point } from './marks.js';
import { printedDefects } from './printed-defects.js';
import { blankSurface, frameOf, smoothstep, UNITS, visitBox, type Surface } from './surface.js';
import { valueNoise } from './value-noise.js';

/** A printed circuit board of one layout; its layers are registered to half a unit, and the print is never quite even. */
export const printed: Kind<Board> = { name: 'printed', plan, render, defects: printedDefects };

function plan(random: Random): Board {
  const near = (reach: number): Point => ({ x: random.uniform(-reach, reach), y: random.uniform(-reach, reach) });
  return {
    seed: random.below(2 ** 30),
    shift: { copper: near(1.2), lacquer: near(0.45), ink: near(0.8) },
    angle: random.uniform(-0.006, 0.006),
    tone: random.uniform(0.94, 1.06),
    artwork: ARTWORK,
    marks: [],
  };
}

function render(board: Board, side: number): Surface {
  const { artwork, shift } = board;
  const plus = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });
  const draw = (shapes: readonly Shape[], offset: Point) => drawLayer(shapes, offset, board.angle, side);
  const copper = draw([...artwork.copper, ...artwork.bare], shift.copper);
  const open = draw([...artwork.bare, ...artwork.windows], plus(shift.copper, shift.lacquer));
  const holes = draw(artwork.holes, shift.copper);
  const ink = draw(artwork.ink, plus(shift.copper, shift.ink));

  const noise = valueNoise(board.seed);
  const grain = valueNoise(board.seed + 1);
  const surface = blankSurface(side);
  const step = UNITS / side;
  for (let py = 0; py < side; py++) {
    for (let px = 0; px < side; px++) {
      const i = py * side + px;
      const x = px * step;
      const y = py * step;
      // The lacquer swells over the copper: its slopes catch the light from above and the left.
      const left = copper[px > 1 ? i - 2 : i];
      const above = copper[py > 1 ? i - 2 * side : i];
      const slope = 2 * copper[i] - left - above;
      const weave = 0.035 * Math.sin(x * 1.9) * Math.sin(y * 1.9) + 0.05 * fractal(noise, x * 0.05, y * 0.05, 2);
      const lacquer = board.tone * (1 + weave + 0.22 * slope + 0.05 * grain(x * 1.7, y * 1.7));
      const metal = 1 + 0.1 * grain(x * 1.3 + 300, y * 1.3) + 0.1 * noise(x * 0.11 + 90, y * 0.11) + 0.3 * slope;
      const printing = ink[i] * (0.86 + 0.12 * grain(x * 0.8, y * 0.8 + 700));
      const cover = open[i];
      // Lacquer that overlaps no copper leaves the bare board to be seen.
      const tin = cover * copper[i];
      const bareBoard = cover * (1 - copper[i]);
      for (let c = 0; c < 3; c++) {
        let value = lacquer * (GREEN[c] + (COPPERED[c] - GREEN[c]) * copper[i]);
        value += (0.9 * INK[c] - value) * printing * (1 - cover);
        value += (metal * TIN[c] - value) * tin;
        value += (LAMINATE[c] - value) * bareBoard;
        surface.rgb[3 * i + c] = value + (0.035 - value) * holes[i];
      }
    }
  }
  for (const mark of board.marks) mark(surface);
  return surface;
}

const GREEN = [0.07, 0.27, 0.17] as const;
const COPPERED = [0.13, 0.43, 0.23] as const;
const TIN = [0.8, 0.78, 0.72] as const;
const LAMINATE = [0.5, 0.47, 0.3] as const;
const INK = [0.93, 0.94, 0.9] as const;

/** How much of each pixel a layer covers, 0..1; the board is turned about its centre, then shifted. */
function drawLayer(shapes: readonly Shape[], offset: Point, angle: number, side: number): Float32Array {
  const plane = new Float32Array(side * side);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const half = UNITS / 2;
  const frame = frameOf({ height: side, width: side });
  for (const shape of shapes.flatMap(pieces)) {
    const { x0, y0, x1, y1 } = boxOf(shape);
    const centre = { x: (x0 + x1) / 2 - half, y: (y0 + y1) / 2 - half };
    const cx = half + centre.x * cos - centre.y * sin + offset.x;
    const cy = half + centre.x * sin + centre.y * cos + offset.y;
    const rx = (x1 - x0) / 2 + 3;
    const ry = (y1 - y0) / 2 + 3;
    visitBox(frame, { x0: cx - rx, y0: cy - ry, x1: cx + rx, y1: cy + ry }, (pixel, px, py) => {
      const dx = px - offset.x - half;
      const dy = py - offset.y - half;
      const distance = distanceTo(shape, half + dx * cos + dy * sin, half + dy * cos - dx * sin);
      const cover = 1 - smoothstep(-0.5 / frame.scale, 0.9 / frame.scale, distance);
      if (cover > plane[pixel]) plane[pixel] = cover;
    });
  }
  return plane;
}

/** The straight pieces of a stroke: their boxes are small where that of the whole may be the picture. */
function pieces(shape: Shape): Shape[] {
  if (shape.kind === 'pad' || shape.line.length < 3) return [shape];
  return shape.line.slice(1).map((point, i) => ({ ...shape, line: [shape.line[i], point] }));
}

function boxOf(shape: Shape): { x0: number; y0: number; x1: number; y1: number } {
  if (shape.kind === 'pad') {
    const { x, y, w, h } = shape;
    return { x0: x - w / 2, y0: y - h / 2, x1: x + w / 2, y1: y + h / 2 };
  }
  const xs = shape.line.map((point) => point.x);
  const ys = shape.line.map((point) => point.y);
  const r = shape.width / 2;
  return { x0: Math.min(...xs) - r, y0: Math.min(...ys) - r, x1: Math.max(...xs) + r, y1: Math.max(...ys) + r };
}

/** The signed distance to the edge of a shape, negative inside; pads have corners of radius 1, strokes one
 * piece. */
function distanceTo(shape: Shape, x: number, y: number): number {
  if (shape.kind === 'pad') {
    const dx = Math.abs(x - shape.x) - shape.w / 2 + 1;
    const dy = Math.abs(y - shape.y) - shape.h / 2 + 1;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 1;
  }
  const { line, width } = shape;
  const [a, b = a] = line;
  const ex = b.x - a.x;
  const ey = b.y - a.y;
  const t = Math.min(1, Math.max(0, ((x - a.x) * ex + (y - a.y) * ey) / (ex * ex + ey * ey || 1)));
  return Math.hypot(x - a.x - t * ex, y - a.y - t * ey) - width / 2;
}
