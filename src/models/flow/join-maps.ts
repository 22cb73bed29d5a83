import { resample } from '../../ops/resample.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/**
 * The mean of maps of the same pictures on several grids, on the finest of them; the others are enlarged bilinearly.
 *
 * @param maps `[n, h, w]` each, borrowed
 * @returns owned by the caller
 */
export function joinMaps(maps: readonly Tensor3D[]): Tensor3D {
  return tf.tidy(() => {
    const height = Math.max(...maps.map((map) => map.shape[1]));
    const width = Math.max(...maps.map((map) => map.shape[2]));
    const aligned = maps.map((map) =>
      map.shape[1] === height && map.shape[2] === width
        ? map
        : (resample(map.expandDims(3) as Tensor4D, { height, width }, { interpolation: 'bilinear' }).squeeze([
            3,
          ]) as Tensor3D),
    );
    return tf.addN(aligned).div(maps.length);
  });
}
