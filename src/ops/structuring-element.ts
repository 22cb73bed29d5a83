import { ShapeError } from '../errors.js';

/**
 * A flat structuring element as one span a row: row `i` covers columns `spans[i][0]` to `spans[i][1] - 1`. The window of
 * pixel (y, x) starts at (y - anchor, x - anchor).
 */
export interface StructuringElement {
  readonly ksize: number;
  readonly anchor: number;
  readonly spans: readonly (readonly [number, number])[];
}

/** A full `ksize` x `ksize` square, anchored at `ksize / 2` as in OpenCV. */
export function rectangleElement(ksize: number): StructuringElement {
  return element(ksize, () => [0, ksize]);
}

/** OpenCV's `MORPH_ELLIPSE`: row `dy` reaches `round(r sqrt(1 - dy^2 / r^2))` columns to both sides, cut to the square. */
export function ellipseElement(ksize: number): StructuringElement {
  const radius = ksize >> 1;
  if (ksize === 1) return rectangleElement(1);
  return element(ksize, (i) => {
    const dy = i - radius;
    const reach = roundHalfToEven(radius * Math.sqrt((radius * radius - dy * dy) / (radius * radius)));
    return [Math.max(radius - reach, 0), Math.min(radius + reach + 1, ksize)];
  });
}

/** The same element turned by 180 degrees: opening and closing with an even size need it to stay in place. */
export function reflected(element: StructuringElement): StructuringElement {
  const { ksize, anchor, spans } = element;
  return { ksize, anchor: ksize - 1 - anchor, spans: [...spans].reverse().map(([a, b]) => [ksize - b, ksize - a]) };
}

function element(ksize: number, span: (row: number) => [number, number]): StructuringElement {
  if (!Number.isInteger(ksize) || ksize < 1) {
    throw new ShapeError(`structuring element: expected a whole size of 1 or more, got ${ksize}`);
  }
  return { ksize, anchor: ksize >> 1, spans: Array.from({ length: ksize }, (_, row) => span(row)) };
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
