/** The weight of a tile's pixels along one axis, before it is shared out between tiles. */
export type TileBlend = 'mean' | 'hann' | 'gaussian';

/** How the window of a tile ends. */
export interface TileEnds {
  /** False: the window of the Python system, the same for every tile. */
  readonly open: boolean;
  /** Whether the tile begins, and ends, where the picture does; such a side keeps its full weight if `open`. */
  readonly first: boolean;
  readonly last: boolean;
}

/** No weight of the symmetric Hann window is lower, so that every pixel has some. */
const FLOOR = 1e-3;

/**
 * The window of one tile along one axis, always above 0. `gaussian` has a standard deviation of half the half side. The open `hann` is
 * taken at the centres of the pixels, the symmetric one from the first pixel to the last as numpy's `hanning`.
 *
 * @returns `[length]`
 */
export function tileWindow(length: number, blend: TileBlend, { open, first, last }: TileEnds): Float64Array {
  return Float64Array.from({ length }, (_, x) => {
    if (blend === 'mean') return 1;
    if (!open) return blend === 'hann' ? symmetricHann(x, length) : gaussian(x, length, (length - 1) / 2);
    const outwards = x + 0.5 < length / 2 ? first : last;
    if (outwards) return 1;
    return blend === 'hann' ? Math.sin((Math.PI * (x + 0.5)) / length) ** 2 : gaussian(x, length, length / 2);
  });
}

function symmetricHann(x: number, length: number): number {
  // Two pixels, or one, would have no weight at all.
  if (length < 3) return 1;
  return Math.max(FLOOR, 0.5 - 0.5 * Math.cos((2 * Math.PI * x) / (length - 1)));
}

function gaussian(x: number, length: number, half: number): number {
  const r = half === 0 ? 0 : (x - (length - 1) / 2) / half;
  return Math.exp((-0.5 * r * r) / 0.25);
}
