import { greedyCoreset } from '../../ops/coreset.js';
import { johnsonLindenstraussWidth, randomProjection } from '../../ops/random-projection.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor2D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** How distances are measured while rows are chosen; `patchcore-params.ts` says what each means. */
export type SpreadParams = Pick<PatchcoreParams, 'coreset_dim'> & Partial<Pick<PatchcoreParams, 'coreset_projection'>>;

/**
 * Rows that lie spread out: the greedy k-centre rule, measured in a random projection.
 *
 * @param rows `[n, d]`, borrowed
 * @param random draws the row that is taken first
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
  context.progress.start(step, count);
  try {
    return await greedyCoreset(measured, count, {
      first: random.below(available),
      onProgress: (done) => context.progress.update(done),
      signal: context.signal,
    });
  } finally {
    context.progress.stop();
    measured.dispose();
  }
}

/** The width in which n rows are compared; never more than they have. */
export function measuredWidth({ coreset_dim: asked }: Partial<SpreadParams>, n: number, width: number): number {
  if (asked === null || asked === undefined) return width;
  return Math.min(width, typeof asked === 'number' ? asked : johnsonLindenstraussWidth(n, asked.eps));
}
