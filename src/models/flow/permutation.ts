import type { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Flow } from './flow.js';

/**
 * The channels in another order, the same at every scale. The determinant is 1 or -1.
 *
 * @param order which channel comes to each place
 */
export function permutation(order: readonly number[]): Flow {
  const back = order.map((_, i) => order.indexOf(i));
  const [forth, home] = [pick(order, back), pick(back, order)];
  return {
    trained: [],
    statistics: [],
    forward: (x) => ({ z: x.map((scale) => forth(scale)), logDet: tf.zeros([x[0].shape[0]]) }),
    inverse: (z) => z.map((scale) => home(scale)),
  };
}

/** The gradient of a permutation is the way back, which is quicker than the sums that a gradient of `gather` makes. */
function pick(order: readonly number[], back: readonly number[]): (x: Tensor4D) => Tensor4D {
  const gathered = (x: Tensor4D, by: readonly number[]) =>
    tf.tidy(() => tf.gather(x, tf.tensor1d([...by], 'int32'), 3));
  return tf.customGrad((x) => ({
    value: gathered(x as Tensor4D, order),
    gradFunc: (dy) => gathered(dy as Tensor4D, back),
  })) as (x: Tensor4D) => Tensor4D;
}

/** The channels in random order. */
export function randomOrder(channels: number, random: Random): number[] {
  return random.shuffled(Array.from({ length: channels }, (_, i) => i));
}
