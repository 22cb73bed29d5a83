import { fractal } from '../../ops/fractal-noise.js';
import { smoothstep, visitBox, type Frame, type Surface } from './surface.js';
import { valueNoise } from './value-noise.js';

/** What a defect does to a surface that is already there. */
export type Mark = (surface: Surface) => void;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Blot extends Point {
  readonly radius: number;
  /** How far the outline departs from an ellipse, as a share of the radius. */
  readonly rough: number;
  /** The share of the radius over which the edge fades. */
  readonly soft: number;
  readonly angle?: number;
  /** The shorter axis as a share of the longer one. */
  readonly flat?: number;
  readonly seed: number;
}

/** Calls `paint(pixel, cover, dx, dy)` where the blot covers: its cover is 0..1, `dx dy` are -1..1 from its centre. */
export function paintBlot(
  frame: Frame,
  { x: cx, y: cy, radius, rough, soft, angle = 0, flat = 1, seed }: Blot,
  paint: (pixel: number, cover: number, dx: number, dy: number) => void,
): void {
  const noise = valueNoise(seed);
  const reach = radius * (1 + rough) + 1;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  visitBox(frame, { x0: cx - reach, y0: cy - reach, x1: cx + reach, y1: cy + reach }, (pixel, x, y) => {
    const dx = ((x - cx) * cos + (y - cy) * sin) / radius;
    const dy = ((y - cy) * cos - (x - cx) * sin) / (radius * flat);
    const edge = 1 + rough * fractal(noise, 1.7 * dx + 5, 1.7 * dy + 5, 3);
    const cover = 1 - smoothstep(edge - soft, edge, Math.hypot(dx, dy));
    if (cover > 0) paint(pixel, cover, dx, dy);
  });
}

/** Calls `paint(pixel, distance, along)` up to `reach` from a line: signed distance in units, and 0..1 along the line. */
export function paintLine(
  frame: Frame,
  line: readonly Point[],
  reach: number,
  paint: (pixel: number, distance: number, along: number) => void,
): void {
  const xs = line.map((p) => p.x);
  const ys = line.map((p) => p.y);
  const box = {
    x0: Math.min(...xs) - reach,
    y0: Math.min(...ys) - reach,
    x1: Math.max(...xs) + reach,
    y1: Math.max(...ys) + reach,
  };
  visitBox(frame, box, (pixel, x, y) => {
    let distance = Infinity;
    let along = 0;
    for (let i = 0; i + 1 < line.length; i++) {
      const [a, b] = [line[i], line[i + 1]];
      const ex = b.x - a.x;
      const ey = b.y - a.y;
      const t = Math.min(1, Math.max(0, ((x - a.x) * ex + (y - a.y) * ey) / (ex * ex + ey * ey || 1)));
      const d = Math.hypot(x - a.x - t * ex, y - a.y - t * ey);
      if (d < Math.abs(distance)) {
        distance = ex * (y - a.y) - ey * (x - a.x) < 0 ? -d : d;
        along = (i + t) / (line.length - 1);
      }
    }
    if (Math.abs(distance) <= reach) paint(pixel, distance, along);
  });
}

/** Mixes a pixel with a colour. */
export function blend({ rgb }: Surface, pixel: number, color: readonly [number, number, number], part: number): void {
  for (let c = 0; c < 3; c++) rgb[3 * pixel + c] += (color[c] - rgb[3 * pixel + c]) * part;
}

/** Brightens (above 1) or darkens a pixel. */
export function scale({ rgb }: Surface, pixel: number, factor: number): void {
  for (let c = 0; c < 3; c++) rgb[3 * pixel + c] *= factor;
}
