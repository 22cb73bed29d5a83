import type { Tensor1D, Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start } from '../nets/module.js';

/** Features of the same pictures at one scale or several, each `[n, h, w, c]`. */
export type Scales = readonly Tensor4D[];

/** What a flow gives; owned by the caller. */
export interface Flowed {
  /** As many tensors as came in, of the same shapes. */
  readonly z: Tensor4D[];
  /** `[n]`, the logarithm of the absolute determinant of the Jacobian of `z`, over all scales, places and channels of a picture. */
  readonly logDet: Tensor1D;
}

/**
 * An invertible function whose Jacobian's determinant is known exactly. It reads nothing back and draws nothing at random, so that it
 * can be part of a recorded graph.
 */
export interface Flow {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * @param x borrowed
   * @param condition what the function may depend on besides, one tensor a scale, borrowed
   */
  forward(x: Scales, pass: Pass, condition?: Scales): Flowed;
  /** The `x` of which `forward` makes this `z`; owned by the caller. */
  inverse(z: Scales, pass: Pass, condition?: Scales): Tensor4D[];
}
