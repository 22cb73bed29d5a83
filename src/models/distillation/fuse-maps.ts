import { resample } from '../../ops/resample.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

export type Fusion = 'product' | 'sum' | 'mean';

/**
 * One map of the maps of several layers, each brought to the finest grid among them bilinearly.
 *
 * @param maps `[n, h, w]` each, borrowed
 * @returns `[n, h, w]` on the finest grid, owned by the caller
 */
export function fuseMaps(maps: readonly Tensor3D[], fusion: Fusion): Tensor3D {
  const height = Math.max(...maps.map((map) => map.shape[1]));
  const width = Math.max(...maps.map((map) => map.shape[2]));
  return tf.tidy(() => {
    const aligned = maps.map((map) => enlarged(map, { height, width }));
    if (fusion === 'product') return aligned.reduce((all, map) => all.mul(map));
    const sum = aligned.length === 1 ? aligned[0].clone() : tf.addN(aligned);
    return fusion === 'sum' ? sum : sum.div<Tensor3D>(maps.length);
  });
}

function enlarged(map: Tensor3D, size: { readonly height: number; readonly width: number }): Tensor3D {
  const [n, h, w] = map.shape;
  if (h === size.height && w === size.width) return map.clone();
  const views = map.reshape<Tensor4D>([n, h, w, 1]);
  return resample(views, size, { interpolation: 'bilinear' }).reshape([n, size.height, size.width]);
}
