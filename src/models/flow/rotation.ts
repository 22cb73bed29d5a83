import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import type { Flow } from './flow.js';
import { randomOrthogonal } from './random-orthogonal.js';

/**
 * The channels of every place times an orthogonal matrix that is drawn once and fixed: a permutation that mixes. The determinant is
 * 1 or -1. The matrix is kept with the learned values.
 */
export function rotation(name: string, channels: number): Flow {
  const key = `${name}.rotation`;
  const turned = (x: Tensor4D, { values }: Pass, back: boolean) =>
    tf.tidy(() => {
      const rows = x.reshape([-1, channels]) as Tensor2D;
      return tf.matMul(rows, values[key] as Tensor2D, false, back).reshape(x.shape) as Tensor4D;
    });
  return {
    trained: [],
    statistics: [{ name: key, shape: [channels, channels], draw: (random) => randomOrthogonal(channels, random) }],
    forward: (x, pass) => ({
      z: x.map((scale) => turned(scale, pass, false)),
      logDet: tf.zeros([x[0].shape[0]]),
    }),
    inverse: (z, pass) => z.map((scale) => turned(scale, pass, true)),
  };
}
