import { ShapeError } from '../errors.js';
import { Random } from '../runtime/random.js';
import { tf, type Tensor2D } from '../runtime/tf.js';

/** `sparse` has `1 / sqrt(from)` of its values set (Li, Hastie, Church 2006); `gaussian` has them all. */
export type ProjectionKind = 'gaussian' | 'sparse';

/**
 * A random matrix that nearly keeps distances (Johnson and Lindenstrauss): `x.matMul(projection)` has the squared lengths of x in
 * expectation. The same seed gives the same matrix on every machine.
 *
 * @returns `[from, to]`, owned by the caller
 */
export function randomProjection(from: number, to: number, kind: ProjectionKind, seed: number): Tensor2D {
  if (![from, to].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ShapeError(`randomProjection: expected widths of 1 or more, got ${from} and ${to}`);
  }
  const random = new Random(seed).fork(`projection ${kind} ${from} ${to}`);
  const density = kind === 'sparse' ? 1 / Math.sqrt(from) : 1;
  const scale = 1 / Math.sqrt(density * to);
  const draw = (): number => {
    if (kind === 'gaussian') return scale * random.normal();
    const u = random.uniform();
    return u >= density ? 0 : u < density / 2 ? scale : -scale;
  };
  return tf.tensor2d(Float32Array.from({ length: from * to }, draw), [from, to]);
}

/**
 * The width at which a random projection of n points keeps every distance within a factor of `1 +- eps` (Dasgupta and Gupta 2003),
 * as scikit-learn computes it.
 */
export function johnsonLindenstraussWidth(n: number, eps: number): number {
  return Math.max(1, Math.floor((4 * Math.log(n)) / (eps ** 2 / 2 - eps ** 3 / 3)));
}
