import type { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';

/** Named tensors. */
export type Values = Readonly<Record<string, Tensor>>;

/** A tensor of a network, and how it begins. */
export interface Start {
  readonly name: string;
  readonly shape: readonly number[];
  /** All its values, in C order. */
  draw(random: Random): Float32Array;
}

/** What a network needs while it runs. */
export interface Pass {
  /** What gradients are taken of, and the statistics that are carried on beside. */
  readonly values: Values;
  /** Statistics come from the batch and are carried on; otherwise the stored ones are used, and every picture stands alone. */
  readonly training: boolean;
  /** Takes the next value of a statistic; called while training only. */
  carry(name: string, value: Tensor): void;
}

/** A part of a network that can be trained: data that says which tensors it has, and a pure function of them. */
export interface Module {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * Reads nothing back and draws nothing at random, so that it can be part of a recorded graph.
   *
   * @param x `[n, h, w, c]`, borrowed
   * @returns `[n, h', w', c']`, owned by the caller
   */
  apply(x: Tensor4D, pass: Pass): Tensor4D;
}

/** A module without tensors of its own. */
export function plain(fn: (x: Tensor4D) => Tensor4D): Module {
  return { trained: [], statistics: [], apply: (x) => tf.tidy(() => fn(x)) };
}

/** A pass over finished tensors, as scores use it. */
export function scoring(values: Values): Pass {
  return {
    values,
    training: false,
    carry: (name) => {
      throw new Error(`the statistic ${name} changes in training alone`);
    },
  };
}

/**
 * Tensors as they begin; every one draws from a source of its own, so that another layer changes none but its own.
 *
 * @returns owned by the caller
 */
export function begin(starts: readonly Start[], random: Random): Values {
  return Object.fromEntries(
    starts.map((start) => [start.name, tf.tensor(start.draw(random.fork(start.name)), [...start.shape])]),
  );
}
