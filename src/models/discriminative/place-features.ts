import type { Tensor4D } from '../../runtime/tf.js';

/** A fixed function of pictures, whose values at every place the networks of this family judge. */
export interface PlaceFeatures {
  /** Values of a place. */
  readonly width: number;
  /**
   * Plain tfjs that reads nothing back.
   *
   * @param x `[n, h, w, 3]` RGB, 0..255, borrowed
   * @returns `[n, gh, gw, width]`, owned by the caller
   */
  embed(x: Tensor4D): Tensor4D;
  dispose(): void;
}
