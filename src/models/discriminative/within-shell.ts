import { tf, type Tensor } from '../../runtime/tf.js';

/** Below every length that counts: a vector without one has no direction. */
const LEAST = 1e-10;

/** The lengths of vectors along the last axis, which is kept; with a gradient everywhere. */
export function lengthsOf(vectors: Tensor): Tensor {
  return tf.tidy(() =>
    vectors
      .square()
      .sum(-1, true)
      .add(LEAST ** 2)
      .sqrt(),
  );
}

/**
 * The truncated projection of GLASS: vectors keep their direction, and their lengths are brought into a range.
 *
 * @param vectors `[..., d]`, borrowed
 * @param least the shortest length, borrowed
 * @param times how many times as long the longest one is
 * @returns owned by the caller
 */
export function withinShell(vectors: Tensor, least: Tensor, times: number): Tensor {
  return tf.tidy(() => {
    const lengths = lengthsOf(vectors);
    // The gradients of minimum and maximum know no broadcasting.
    const within = least.add(tf.relu(lengths.sub(least))).sub(tf.relu(lengths.sub(least.mul(times))));
    return vectors.mul(within.div(lengths));
  });
}
