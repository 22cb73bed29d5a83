import type { Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start } from '../nets/module.js';

/** A network that learns to answer with the features of a teacher. */
export interface Student {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /** Whether it looks at pictures; otherwise at the teacher's features alone. */
  readonly seesPictures: boolean;
  /**
   * @param pixels `[n, h, w, 3]`, 0..255, borrowed; null where it does not look at them
   * @param features of the teacher, borrowed
   * @returns of the shapes of `features`, owned by the caller
   */
  answer(pixels: Tensor4D | null, features: readonly Tensor4D[], pass: Pass): Tensor4D[];
}
