import { DataError, InterruptedError, ShapeError } from '../../errors.js';
import type { FitContext, FitSource } from '../detector.js';

/** `[height, width, channels]` */
export type PictureShape = readonly [number, number, number];

/**
 * Shows every picture to `visit`, in input order and on the host, so that the result depends on neither the batches nor the
 * backend. Disposes the batches.
 *
 * @param shape what every picture has to be
 * @throws DataError when there is no picture; ShapeError when one has another shape; InterruptedError when stopped
 */
export async function walkPictures(
  source: FitSource,
  context: FitContext,
  step: string,
  shape: PictureShape,
  visit: (values: Float32Array, index: number) => void | Promise<void>,
): Promise<number> {
  const length = shape[0] * shape[1] * shape[2];
  let seen = 0;
  context.progress.start(step, source.count);
  for await (const { pixels } of source.batches()) {
    const got = pixels.shape.slice(1);
    const values = (await pixels.data()) as Float32Array;
    pixels.dispose();
    if (context.signal?.aborted === true) throw new InterruptedError('the fit was stopped before it was done');
    if (got.some((side, i) => side !== shape[i])) {
      throw new ShapeError(`${step}: expected pictures of shape [${shape}] after the input rule, got [${got}]`);
    }
    for (let at = 0; at < values.length; at += length) await visit(values.subarray(at, at + length), seen++);
    context.progress.update(seen);
  }
  context.progress.stop();
  if (seen === 0) throw new DataError(`${step}: expected at least one good picture to learn from, got none`);
  return seen;
}
