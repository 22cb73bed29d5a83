import type { Size } from '../../config/size.js';

/** The four pixels around a place of an RGB picture. */
export interface Neighbours {
  /** Where they begin: top left, top right, bottom left, bottom right. */
  readonly at: readonly [number, number, number, number];
  readonly down: number;
  readonly right: number;
}

/** `y` and `x` in pixels, whole at their centres. Outside, the nearest edge pixel goes on. */
export function neighbours({ width, height }: Size, y: number, x: number): Neighbours {
  const inside = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);
  const [cy, cx] = [inside(y, height), inside(x, width)];
  const [top, left] = [Math.floor(cy), Math.floor(cx)];
  const [bottom, next] = [inside(top + 1, height), inside(left + 1, width)];
  const start = (row: number, column: number) => (row * width + column) * 3;
  return {
    at: [start(top, left), start(top, next), start(bottom, left), start(bottom, next)],
    down: cy - top,
    right: cx - left,
  };
}

/** A channel at that place, by bilinear interpolation. */
export function mixNeighbours(
  rgb: ArrayLike<number>,
  { at: [a, b, c, d], down, right }: Neighbours,
  channel: number,
): number {
  const above = rgb[a + channel] * (1 - right) + rgb[b + channel] * right;
  const below = rgb[c + channel] * (1 - right) + rgb[d + channel] * right;
  return above * (1 - down) + below * down;
}
