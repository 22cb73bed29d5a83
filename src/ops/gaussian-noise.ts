import type { Random } from '../runtime/random.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

/** Normal numbers that are drawn one by one; more of them are stretches of these. */
const POOL = 2 ** 18;
const STRETCH = 2 ** 10;

export interface NoiseRule {
  /** The least standard deviation. */
  readonly noise_std: number;
  /** How many times as large the largest one is. */
  readonly noise_reach: number;
}

/**
 * Normal noise for features. Every place has a standard deviation of its own, drawn between the least and the largest one evenly by
 * its logarithm.
 *
 * Drawing millions of numbers for every step would take longer than the step: beyond 2^18 of them, stretches of 1024 begin at random places of
 * a pool and have a random sign.
 *
 * @param shape `[n, h, w, d]`
 * @returns owned by the caller
 */
export function gaussianNoise(
  random: Random,
  shape: [number, number, number, number],
  { noise_std, noise_reach }: NoiseRule,
): Tensor4D {
  const width = shape[3];
  const count = tf.util.sizeFromShape(shape);
  const noise = normals(random, count);
  for (let place = 0; place < count; place += width) {
    const deviation = noise_reach === 1 ? noise_std : noise_std * noise_reach ** random.uniform();
    for (let i = place; i < place + width; i++) noise[i] *= deviation;
  }
  return tf.tensor4d(noise, shape);
}

function normals(random: Random, count: number): Float32Array {
  const drawn = Float32Array.from({ length: Math.min(count, POOL) }, () => random.normal());
  if (count <= POOL) return drawn;
  const all = new Float32Array(count);
  for (let at = 0; at < count; at += STRETCH) {
    const start = random.below(POOL - STRETCH);
    const stretch = drawn.subarray(start, start + Math.min(STRETCH, count - at));
    if (random.below(2) === 0) all.set(stretch, at);
    else for (let i = 0; i < stretch.length; i++) all[at + i] = -stretch[i];
  }
  return all;
}
