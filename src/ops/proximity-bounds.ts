import { Bfloat16Matrix, roundToBfloat16 } from '../runtime/bfloat16-matrix.js';
import { tf, type Tensor1D, type Tensor2D } from '../runtime/tf.js';
import { byRowBlocks } from './by-row-blocks.js';

/** More than a value can lose when it is rounded to bfloat16 and multiplied with another that is. */
const UP = 1 + 2 ** -6;
/** `|r|^2 / 2` of the rows that fill a chunk up: beyond all others. */
const NOWHERE = 1e38;

/**
 * Upper bounds of `q.r - |r|^2 / 2` (see `proximity`) at about half the cost of the values: a product in bfloat16 that is raised by
 * the most that its roundings can have taken away,
 *
 * `q.r <= q'.r' + |q - q'| |r| + |q'| |r - r'|` (Cauchy and Schwarz; ' is rounded),
 *
 * which the same product computes in further columns. A row whose bound is below the value of another is not nearer than it.
 */
export class ProximityBounds {
  private readonly matrix: Bfloat16Matrix;

  /**
   * @param rows `[n, d]`, borrowed
   * @param width how many columns the bounds have; those from n on are far below all others
   */
  constructor(rows: Tensor2D, width: number) {
    const [n, d] = rows.shape;
    const augmented = tf.tidy(() => {
      const margins = byRowBlocks(rows, marginsOf);
      const columns = tf.concat([rows, margins], 1) as Tensor2D;
      margins.dispose();
      const filled = columns.transpose() as Tensor2D;
      if (n === width) return filled;
      const nowhere = tf.tensor2d([0, 0, NOWHERE, 0, 0], [5, 1]).tile([1, width - n]);
      return tf.concat([filled, tf.concat([tf.zeros([d, width - n]), nowhere], 0)], 1) as Tensor2D;
    });
    this.matrix = new Bfloat16Matrix(augmented);
    augmented.dispose();
  }

  /** What the bounds need of queries, once for all chunks of rows: `[q, d]` borrowed -> `[q, d + 5]`, owned by the caller. */
  static factors(queries: Tensor2D): Tensor2D {
    const [q, d] = queries.shape;
    return tf.tidy(() => {
      const rounded = roundToBfloat16(queries);
      const length = rounded.norm('euclidean', 1, true) as Tensor2D;
      const lost = queries.sub(rounded).norm('euclidean', 1, true) as Tensor2D;
      const margin = lost.add(length.mul(sumLoss(d))).mul(UP) as Tensor2D;
      return tf.concat([queries, length.mul<Tensor2D>(UP), margin, tf.fill([q, 3], -1)], 1) as Tensor2D;
    });
  }

  /**
   * @param factors of `ProximityBounds.factors`, borrowed
   * @returns `[q, width]`, rounded to bfloat16: see `unrounded`; owned by the caller
   */
  of(factors: Tensor2D): Tensor2D {
    return this.matrix.product(factors);
  }

  /** The bounds are rounded in the end: at least what they were before. `[q]` borrowed -> `[q]`, owned by the caller. */
  static unrounded(bounds: Tensor1D): Tensor1D {
    return tf.tidy(() => bounds.add(bounds.abs().mul(2 ** -8)));
  }

  dispose(): void {
    this.matrix.dispose();
  }
}

/** What the bounds need of rows beside their values: `[n, d]` -> `[n, 5]`. */
function marginsOf(rows: Tensor2D): Tensor2D {
  const lengths = rows.norm('euclidean', 1, true).mul(UP) as Tensor2D;
  const lost = rows.sub(roundToBfloat16(rows)).norm('euclidean', 1, true).mul(UP) as Tensor2D;
  const halves = rows
    .square()
    .sum(1, true)
    .mul(0.5 * (1 - sumLoss(rows.shape[1]))) as Tensor2D;
  return tf.concat([lost, lengths, ...inThree(halves)], 1) as Tensor2D;
}

/** Of float32 sums of d products, as a share of what their terms add up to; twice what it can be. */
function sumLoss(d: number): number {
  return (d + 5) * 2 ** -22;
}

/** Three bfloat16 values that add up to a float32 one. */
function inThree(x: Tensor2D): Tensor2D[] {
  const high = roundToBfloat16(x);
  const rest = x.sub<Tensor2D>(high);
  const middle = roundToBfloat16(rest);
  return [high, middle, rest.sub<Tensor2D>(middle)];
}
