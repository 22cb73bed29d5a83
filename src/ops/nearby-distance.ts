import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor3D, type Tensor4D } from '../runtime/tf.js';

export interface NearbyDistanceOptions {
  /** How far around the same place the nearest feature is looked for, in places along each axis. */
  readonly search: number;
  readonly distance: 'euclidean' | 'cosine';
}

/**
 * The distance of every feature to the nearest one of the other grid within a small window around the same place. Differences are taken
 * before they are squared, so that equal features give exactly 0.
 *
 * @param features,references `[n, h, w, d]` float32, borrowed
 * @returns `[n, h, w]` float32: Euclidean distances, or 1 - cosine; owned by the caller
 * @throws ShapeError if the shapes differ or the search is not a whole number of 0 or more
 */
export function nearbyDistance(
  features: Tensor4D,
  references: Tensor4D,
  { search, distance }: NearbyDistanceOptions,
): Tensor3D {
  const [, h, w] = features.shape;
  if (!tf.util.arraysEqual(features.shape, references.shape) || !Number.isInteger(search) || search < 0) {
    throw new ShapeError(
      `nearbyDistance: expected two grids of one shape and a search of 0 or more whole places, got [${features.shape}], ` +
        `[${references.shape}] and ${search}`,
    );
  }
  return tf.tidy(() => {
    const [a, b] = distance === 'cosine' ? [unit(features), unit(references)] : [features, references];
    let least: Tensor | null = null;
    for (let dy = -Math.min(search, h - 1); dy <= Math.min(search, h - 1); dy++) {
      for (let dx = -Math.min(search, w - 1); dx <= Math.min(search, w - 1); dx++) {
        least = tf.tidy(() => {
          const squared = squaredDistance(a, b, dy, dx);
          return least === null ? squared : tf.minimum(least, squared);
        });
      }
    }
    // Of unit vectors, 1 - cosine is half the squared distance.
    return (distance === 'cosine' ? least!.div(2) : least!.sqrt()) as Tensor3D;
  });
}

/** Every feature against the one `dy` down and `dx` right of it; where that lies outside, against the nearest that has one. */
function squaredDistance(a: Tensor, b: Tensor, dy: number, dx: number): Tensor {
  const [, h, w] = a.shape;
  const moved = tf.gather(tf.gather(b, places(h, dy), 1), places(w, dx), 2);
  return tf.sum(a.sub(moved).square(), 3);
}

function places(length: number, by: number) {
  return tf.tensor1d(
    Int32Array.from({ length }, (_, i) => Math.min(Math.max(i + by, 0), length - 1)),
    'int32',
  );
}

function unit(x: Tensor4D): Tensor {
  return x.div(tf.sum(x.square(), 3, true).sqrt().maximum(1e-12));
}
