import type { Module, Pass } from '../../models/nets/module.js';
import type { Loss } from '../../models/training/training-task.js';
import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor4D } from '../../runtime/tf.js';

/** A task that good pictures alone can set, and that asks for features which tell parts from defects. */
export interface Pretext {
  /** What the task needs beside the backbone; left behind afterwards. */
  readonly heads: readonly Module[];
  /**
   * @param crops `[n, h, w, 3]`, 0..255, borrowed
   * @returns the inputs of a step, owned by the caller
   */
  draw(crops: Tensor4D, random: Random): Tensor[];
  /** @param see gives the features of the backbone for pictures */
  loss(inputs: Tensor[], see: (pixels: Tensor4D) => Tensor4D[], pass: Pass): Loss;
}
