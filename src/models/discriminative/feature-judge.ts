import type { Tensor1D, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { Module, Pass } from '../nets/module.js';

export interface Verdict {
  /** `[n]`, higher = more anomalous */
  readonly scores: Tensor1D;
  /** `[n, gh, gw]`, higher = more anomalous */
  readonly maps: Tensor3D;
}

/** A network that judges features: what it consists of, and what it says. */
export interface FeatureJudge {
  readonly modules: readonly Module[];
  /** By which share of the learning rate the values of a name are moved; absent = all alike. */
  rateOf?(name: string): number;
  /** @param features `[n, gh, gw, d]`, borrowed; the verdict is owned by the caller */
  judge(features: Tensor4D, pass: Pass): Verdict;
}
