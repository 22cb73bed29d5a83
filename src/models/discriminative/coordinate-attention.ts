import { tf, type Tensor4D } from '../../runtime/tf.js';
import { activate } from '../backbones/activation.js';
import { batchNorm } from '../nets/batch-norm.js';
import { dense } from '../nets/dense.js';
import { plain, type Module } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';

/** How much narrower the hidden layer is, and the least channels that it has. */
const [NARROWING, LEAST] = [32, 8];

/**
 * Coordinate attention (Hou, Zhou and Feng, CVPR 2021): the weight of a place in a channel is one of its row times one of its column, found
 * from the means of all rows and columns.
 *
 * @returns a module from features to weights from 0 to 1 of the same shape
 */
export function coordinateAttention(name: string, channels: number): Module {
  const hidden = Math.max(LEAST, Math.round(channels / NARROWING));
  const shared = sequence([
    dense(`${name}.shared`, channels, hidden),
    batchNorm(`${name}.norm`, hidden),
    plain((x) => activate(x, 'hardswish')),
  ]);
  const [rows, columns] = ['rows', 'columns'].map((axis) => dense(`${name}.${axis}`, hidden, channels));
  const modules = [shared, rows, columns];
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => {
        const [, h, w] = x.shape;
        const ofRows = x.mean<Tensor4D>(2, true);
        const ofColumns = x.mean(1, true).transpose<Tensor4D>([0, 2, 1, 3]);
        const seen = shared.apply(tf.concat([ofRows, ofColumns], 1), pass);
        const [down, across] = tf.split(seen, [h, w], 1) as Tensor4D[];
        const left = tf.sigmoid(rows.apply(down, pass));
        const top = tf.sigmoid(columns.apply(across, pass)).transpose([0, 2, 1, 3]);
        return left.mul<Tensor4D>(top);
      }),
  };
}
