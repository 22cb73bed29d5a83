import type { Progress } from '../../runtime/progress.js';
import type { Random } from '../../runtime/random.js';
import type { Scalar, Tensor } from '../../runtime/tf.js';
import type { Pass, Values } from '../nets/module.js';
import type { TrainingRule } from '../../config/training-rule.js';

/** What a model wants trained. The model says what, a `Trainer` says how: steps, checkpoints, curves, refusals. */
export interface TrainingTask {
  /** The registry's name, which messages and files carry. */
  readonly name: string;
  readonly rule: TrainingRule;
  /** What gradients are taken of, as it begins; owned by the trainer from now on. */
  readonly start: Values;
  /** What is carried on beside: running statistics, centres that move. Owned by the trainer. */
  readonly statistics?: Values;
  /** The share of the learning rate by which a value is moved; absent = all by the whole of it. */
  rateOf?(name: string): number;
  readonly stepsPerEpoch: number;
  /**
   * The inputs of the steps of one epoch. Everything that is random about a step (order, augmentation, noise, dropout masks) is drawn
   * here from `random` and handed to the loss as a tensor; what was drawn depends on `epoch` and `random` alone.
   *
   * @returns tensors that the trainer disposes
   */
  batches(epoch: number, random: Random): AsyncIterable<Tensor[]>;
  /**
   * The mean loss over a batch: a pure function of tensors that reads nothing back, recorded as a graph where that is possible.
   *
   * @param inputs borrowed
   */
  loss(inputs: Tensor[], pass: Pass): Loss;
  /** Batches of held-out good pictures, always the same, whose mean loss decides about early stopping and the values that are kept. */
  heldOut?(): AsyncIterable<Tensor[]>;
}

export interface Loss {
  /** What is minimised. */
  readonly total: Scalar;
  /** Its parts, for the curves. */
  readonly parts?: Readonly<Record<string, Scalar>>;
}

export interface Trained {
  /** Trained values and statistics together; owned by the caller. */
  readonly values: Values;
  readonly epochs: readonly EpochLosses[];
}

export interface EpochLosses {
  /** The mean over the steps. */
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly heldOut: number | null;
  readonly learningRate: number;
}

/** @throws DataError when the loss is no longer finite; InterruptedError when stopped, after a checkpoint where one is kept */
export type Trainer = (
  task: TrainingTask,
  context: { readonly seed: number; readonly progress: Progress; readonly signal?: AbortSignal },
) => Promise<Trained>;
