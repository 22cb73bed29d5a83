import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';

/** A way to reconstruct pictures: networks, what they are trained to do, and how the map comes from what they miss. */
export interface ReconstructionMethod {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /** What both sides of a picture must be multiples of. */
  readonly multiple: number;
  /**
   * What is random about a step beside the pictures; absent = nothing.
   *
   * @param shape of the pictures
   * @param others pictures of other things, `[m, h, w, 3]`, 0..255, borrowed; null where there are none
   */
  draw?(shape: Tensor4D['shape'], random: Random, others: Tensor4D | null): Tensor[];
  /**
   * @param x pictures of values from 0 to 1, `[n, h, w, 3]`, borrowed
   * @param drawn what `draw` gave, borrowed
   */
  loss(x: Tensor4D, drawn: readonly Tensor[], pass: Pass): Loss;
  /**
   * @param x as above, borrowed
   * @returns `[n, h, w]`, higher = worse reconstructed, owned by the caller
   */
  map(x: Tensor4D, pass: Pass): Tensor3D;
  /** What the image score is taken from; absent = the map. @param maps borrowed @returns owned by the caller */
  scored?(maps: Tensor3D): Tensor3D;
}
