import { DataError, InterruptedError, ShapeError } from '../../errors.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { inverseCholesky } from './inverse-cholesky.js';
import { PlaceGaussians } from './place-gaussians.js';
import { PlaceMoments } from './place-moments.js';
import { unpackTransposed } from './triangles.js';

/** Places between two looks at the clock of the caller: a signal to stop, a line of progress. */
const BLOCK = 64;

export interface PlacesToFit {
  readonly places: number;
  readonly width: number;
  /** Added to the diagonal of every covariance. */
  readonly eps: number;
  /** `[n, h, w, 3]` -> `[n, gh, gw, width]`, owned by the caller; throws where the grid is another one. */
  embed(pixels: Tensor4D): Tensor4D;
}

/**
 * Learns the Gaussians of all places in one walk over the pictures. Features come from the device, everything after them happens on the host
 * in float64, so that memory is bounded and the result does not depend on how a backend sums.
 *
 * @returns owned by the caller
 * @throws DataError when there is no picture, features are not finite, or a covariance cannot be factored; InterruptedError when stopped
 */
export async function fitPlaces(source: FitSource, context: FitContext, task: PlacesToFit): Promise<PlaceGaussians> {
  const moments = new PlaceMoments(task.places, task.width);
  context.progress.start('features of the training pictures', source.count);
  try {
    for await (const { pixels } of source.batches()) {
      await addPictures(moments, pixels, task);
      context.progress.update(moments.count);
      if (context.signal?.aborted === true) throw new InterruptedError('the fit was stopped');
    }
  } finally {
    context.progress.stop();
  }
  if (moments.count === 0)
    throw new DataError('vision_padim: expected at least one good picture to learn from, got none');
  if (!moments.mean.every(Number.isFinite)) {
    throw new DataError(
      'vision_padim: the features of the training pictures are not finite; look for damaged pictures',
    );
  }
  if (moments.count === 1) {
    context.progress.warn(
      'a single picture says nothing about spread: every value is taken to vary by covariance_eps alone',
    );
  }
  return factored(moments, context, task.eps);
}

async function addPictures(moments: PlaceMoments, pixels: Tensor4D, { embed }: PlacesToFit): Promise<void> {
  let features: Tensor4D | null = null;
  try {
    features = embed(pixels);
    const [n, h, w, d] = features.shape;
    if (h * w !== moments.places || d !== moments.width) {
      throw new ShapeError(
        `vision_padim: expected ${moments.places} places of ${moments.width} values, got ${h} x ${w} of ${d}`,
      );
    }
    const values = (await features.data()) as Float32Array;
    const size = values.length / n;
    for (let i = 0; i < n; i++) moments.add(values.subarray(i * size, (i + 1) * size));
  } finally {
    tf.dispose(features === null ? [pixels] : [pixels, features]);
  }
}

async function factored(moments: PlaceMoments, { progress, signal }: FitContext, eps: number): Promise<PlaceGaussians> {
  const { places, width } = moments;
  const whitening = new Float32Array(places * width * width);
  progress.start('covariances of the places', places);
  try {
    for (let place = 0; place < places; place++) {
      const triangle = moments.covariance(place, eps);
      if (!inverseCholesky(triangle, width)) {
        throw new DataError(
          `vision_padim: the covariance of place ${place} cannot be inverted; raise covariance_eps (now ${eps})`,
        );
      }
      unpackTransposed(triangle, width, whitening.subarray(place * width * width));
      if ((place + 1) % BLOCK !== 0) continue;
      progress.update(place + 1);
      await new Promise(setImmediate); // thousands of wide places take minutes, in which signals must arrive
      if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
    }
  } finally {
    progress.stop();
  }
  return new PlaceGaussians(
    tf.tensor2d(Float32Array.from(moments.mean), [places, width]),
    tf.tensor3d(whitening, [places, width, width]),
  );
}
