import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor1D, Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import type { FeatureJudge } from './feature-judge.js';

/** The pictures of a training step. */
export interface FeatureBatch {
  /** `[n, gh, gw, d]` */
  readonly features: Tensor4D;
  /** `[n, gh, gw, 1]`: 1 at places that are known to be defective. */
  readonly masks: Tensor4D;
  /** `[n]`: 1 for a picture that is known to be defective. */
  readonly labels: Tensor1D;
}

/** A network that judges features and learns from batches of them. */
export interface FeatureNet extends FeatureJudge {
  /**
   * What is random about a training step.
   *
   * @param shape of the features of the batch
   * @returns inputs of the loss, owned by the caller
   */
  draw(random: Random, shape: FeatureBatch['features']['shape']): Tensor[];
  /**
   * The mean loss of a batch; plain tfjs that reads nothing back.
   *
   * @param drawn what `draw` gave; all tensors are borrowed
   */
  loss(batch: FeatureBatch, drawn: readonly Tensor[], pass: Pass): Loss;
}
