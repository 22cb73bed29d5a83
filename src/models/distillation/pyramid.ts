import type { Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start } from '../nets/module.js';

/** A network with several results, one a tap of a teacher. */
export interface Pyramid {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * @param x `[n, h, w, c]`, borrowed
   * @returns one `[n, h / stride, w / stride, channels]` a tap, in the order of the taps, owned by the caller
   */
  apply(x: Tensor4D, pass: Pass): Tensor4D[];
}
