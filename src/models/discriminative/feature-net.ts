import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { Module, Pass } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';

/** The pictures of a training step. */
export interface FeatureBatch {
  /** `[n, gh, gw, d]` */
  readonly features: Tensor4D;
  /** `[n, gh, gw, 1]`: 1 at places that are known to be defective. */
  readonly masks: Tensor4D;
  /** `[n]`: 1 for a picture that is known to be defective. */
  readonly labels: Tensor1D;
}

export interface Verdict {
  /** `[n]`, higher = more anomalous */
  readonly scores: Tensor1D;
  /** `[n, gh, gw]`, higher = more anomalous */
  readonly maps: Tensor3D;
}

/** A network that judges features: what it consists of, how it is trained, and what it says. */
export interface FeatureNet {
  readonly modules: readonly Module[];
  /** By which share of the learning rate the values of a name are moved; absent = all alike. */
  rateOf?(name: string): number;
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
  /** @param features `[n, gh, gw, d]`, borrowed; the verdict is owned by the caller */
  judge(features: Tensor4D, pass: Pass): Verdict;
}
