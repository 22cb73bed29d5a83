import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import type { Scales } from './flow.js';

/** The shape of features at one scale. */
export interface ScaleShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What one of the flows makes of features; how they are kept, standardised, trained on and stored is `FlowDetector`'s. */
export interface FlowModel {
  /** Of what `features` gives. */
  readonly scales: readonly ScaleShape[];
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * What the backbone says of pictures.
   *
   * @param pixels `[n, h, w, 3]`, borrowed
   * @returns one `[n, height, width, channels]` a scale, owned by the caller
   */
  features(pixels: Tensor4D): Tensor4D[];
  /** Training steps that a batch of so many pictures gives. */
  stepsOf(pictures: number): number;
  /**
   * The inputs of those steps.
   *
   * @param x standardised features, owned by the steps
   * @returns tensors owned by whoever takes them
   */
  steps(x: Tensor4D[], random: Random): Iterable<Tensor[]>;
  /** A pure function of tensors, as `TrainingTask.loss`. */
  loss(inputs: Tensor[], pass: Pass): Loss;
  /**
   * What scores must know of the good pictures when training is over: the largest value over all of them is the learned tensor `highest`.
   *
   * @param x standardised features, borrowed
   * @returns one value a scale, owned by the caller
   */
  highest?(x: Scales, pass: Pass): Tensor1D;
  /**
   * Reads nothing back.
   *
   * @param x standardised features, borrowed
   * @returns higher = more anomalous, null for a model without maps; owned by the caller
   */
  score(x: Scales, pass: Pass): readonly [scores: Tensor1D, maps: Tensor3D | null];
}
