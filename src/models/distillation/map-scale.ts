import { tf, type Tensor1D, type Tensor3D } from '../../runtime/tf.js';

/** The published quantiles of the maps of good pictures, which become 0 and .1. */
const [LOW, HIGH] = [0.9, 0.995];
const SMALLEST = 1e-12;

/**
 * The quantiles of both maps of EfficientAD on good pictures: low and high of the first, low and high of the second.
 *
 * @returns `[4]`, owned by the caller
 */
export function mapQuantiles(maps: readonly (readonly Float32Array[])[]): Tensor1D {
  return tf.tensor1d(
    maps.flatMap((parts) => {
      const sorted = Float32Array.from(parts.flatMap((part) => Array.from(part))).sort();
      return [LOW, HIGH].map((share) => quantileOf(sorted, share));
    }),
  );
}

/**
 * The mean of both maps after each was brought to the scale of its quantiles.
 *
 * @param maps `[n, h, w]` each, borrowed
 * @param quantiles of `mapQuantiles`, borrowed
 * @returns `[n, h, w]`, owned by the caller
 */
export function ofOneScale(maps: readonly Tensor3D[], quantiles: Tensor1D): Tensor3D {
  return tf.tidy(() => {
    const scaled = maps.map((map, i) => {
      const [low, high] = tf.split(quantiles.slice([2 * i], [2]), 2);
      return map.sub<Tensor3D>(low).div<Tensor3D>(high.sub(low).maximum(SMALLEST)).mul<Tensor3D>(0.1);
    });
    return tf.addN(scaled).div<Tensor3D>(maps.length);
  });
}

/** As torch's `quantile`: between the two nearest values linearly. */
function quantileOf(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (at - Math.floor(at)) * (above - below);
}
