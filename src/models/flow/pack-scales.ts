import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Scales } from './flow.js';
import type { ScaleShape } from './flow-model.js';

/** All scales of a picture in one row `[n, 1, 1, values]`, as training pictures are kept; owned by the caller. */
export function packScales(x: Scales): Tensor4D {
  return tf.tidy(() => {
    const rows = x.map((scale) => scale.reshape([scale.shape[0], -1]) as Tensor2D);
    return tf.concat(rows, 1).expandDims(1).expandDims(1) as Tensor4D;
  });
}

/** The way back: one `[n, height, width, channels]` a scale, owned by the caller. */
export function unpackScales(packed: Tensor4D, shapes: readonly ScaleShape[]): Tensor4D[] {
  return tf.tidy(() => {
    const [n] = packed.shape;
    const sizes = shapes.map(({ height, width, channels }) => height * width * channels);
    return tf
      .split(packed.reshape([n, packed.size / n]) as Tensor2D, sizes, 1)
      .map((part, i) => part.reshape([n, shapes[i].height, shapes[i].width, shapes[i].channels]) as Tensor4D);
  });
}
