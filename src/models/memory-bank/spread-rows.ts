import { greedyCoreset } from '../../ops/coreset.js';
import { johnsonLindenstraussWidth, randomProjection } from '../../ops/random-projection.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** How distances are measured while rows are chosen; `patchcore-params.ts` says what each means. */
export type SpreadParams = Pick<PatchcoreParams, 'coreset_dim'> &
  Partial<Pick<PatchcoreParams, 'coreset_projection' | 'coreset_starts'>>;

/**
 * Rows that lie spread out: the greedy k-centre rule, measured in a random projection.
 *
 * @param rows `[n, d]`, borrowed
 * @param random draws where the selection starts
 * @param step what the progress is called
 * @returns row numbers in the order in which they were taken
 */
export async function spreadRows(
  rows: Tensor2D,
  count: number,
  params: SpreadParams,
  { context, random, step }: { context: FitContext; random: Random; step: string },
): Promise<Int32Array> {
  const [available, width] = rows.shape;
  const to = measuredWidth(params, available, width);
  const kind = params.coreset_projection ?? 'gaussian';
  const measured =
    to === width
      ? rows.clone()
      : tf.tidy(() => rows.matMul(randomProjection(width, to, kind, context.seed)) as Tensor2D);
  const first = startOf(measured, params.coreset_starts ?? null, random);
  context.progress.start(step, count);
  try {
    return await greedyCoreset(measured, count, {
      first,
      onProgress: (done) => context.progress.update(done),
      signal: context.signal,
    });
  } finally {
    context.progress.stop();
    measured.dispose();
    if (typeof first !== 'number') first.dispose();
  }
}

/** A random row, or the square of the mean distance to several. */
function startOf(rows: Tensor2D, starts: number | null, random: Random): number | Tensor1D {
  const [n] = rows.shape;
  if (starts === null) return random.below(n);
  const places = new Set<number>();
  while (places.size < Math.min(starts, n)) places.add(random.below(n));
  return tf.tidy(() => {
    const distances = [...places].map((place) =>
      rows
        .sub(rows.slice([place, 0], [1, -1]))
        .square()
        .sum(1)
        .sqrt(),
    );
    return tf.addN(distances).div(places.size).square() as Tensor1D;
  });
}

/** The width in which n rows are compared; never more than they have. */
export function measuredWidth({ coreset_dim: asked }: Partial<SpreadParams>, n: number, width: number): number {
  if (asked === null || asked === undefined) return width;
  return Math.min(width, typeof asked === 'number' ? asked : johnsonLindenstraussWidth(n, asked.eps));
}
