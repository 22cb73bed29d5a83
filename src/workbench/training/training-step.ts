import type { Values } from '../../models/nets/module.js';
import type { Loss, TrainingTask } from '../../models/training/training-task.js';
import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';
import { clipGradients } from './clip-gradients.js';
import type { Optimizer } from './optimizer.js';
import { valueAndGradients } from './value-and-gradients.js';

/** All tensors that a step changes, by name. */
export interface TrainingState {
  readonly values: Values;
  readonly statistics: Values;
  /** What the optimizer remembers, `NAME/SLOT`. */
  readonly slots: Values;
  /** The moving average of the values; empty without one. */
  readonly average: Values;
}

/** In the order in which their tensors are listed. */
export const STATE_KINDS = ['values', 'statistics', 'slots', 'average'] as const;

export interface StepResult {
  readonly state: TrainingState;
  readonly loss: { readonly total: Scalar; readonly parts: Readonly<Record<string, Scalar>> };
  /** Bytes of the tensors that the loss left for the gradients. */
  readonly heldBytes: number;
}

/** The state before the first step; owns the task's tensors. */
export function firstState(task: TrainingTask, optimizer: Optimizer): TrainingState {
  const { start, statistics = {}, rule } = task;
  const names = Object.keys(start);
  const slots = names.flatMap((name) => optimizer.slots.map((slot) => [`${name}/${slot}`, tf.zerosLike(start[name])]));
  const average = rule.ema_decay === null ? [] : names.map((name) => [name, start[name].clone()]);
  return {
    values: start,
    statistics,
    slots: Object.fromEntries(slots) as Values,
    average: Object.fromEntries(average) as Values,
  };
}

export function disposeState({ values, statistics, slots, average }: TrainingState): void {
  tf.dispose([values, statistics, slots, average]);
}

/**
 * One step: loss, gradients, clipping, optimizer and moving average, as a pure function of tensors.
 *
 * @param state borrowed
 * @param inputs of the task's loss, borrowed
 * @param rates what `ratesOf` gives, as a vector, borrowed
 * @returns owned by the caller
 */
export function trainingStep(
  task: TrainingTask,
  optimizer: Optimizer,
  state: TrainingState,
  inputs: Tensor[],
  rates: Tensor,
): StepResult {
  const { clip_norm } = task.rule;
  const kept: Tensor[] = [];
  try {
    return tf.tidy(() => {
      const { loss, gradients, carried, heldBytes } = differentiate(task, state, inputs, kept);
      const [averaging, ...others] = tf.unstack(rates) as Scalar[];
      const names = Object.keys(state.values);
      const shares = sharesOf(task, names);
      const count = others.length / shares.length;
      const slopes = clip_norm === null ? gradients : clipGradients(gradients, clip_norm);
      const next = { values: {}, slots: {}, average: {} } as Record<
        'values' | 'slots' | 'average',
        Record<string, Tensor>
      >;
      for (const [i, name] of names.entries()) {
        const before = optimizer.slots.map((slot) => state.slots[`${name}/${slot}`]);
        const first = count * shares.indexOf(task.rateOf?.(name) ?? 1);
        const own = others.slice(first, first + count);
        const [value, ...slots] = optimizer.update(state.values[name], slopes[i], before, own);
        next.values[name] = value;
        optimizer.slots.forEach((slot, k) => (next.slots[`${name}/${slot}`] = slots[k]));
        const average = state.average[name];
        if (average !== undefined) next.average[name] = average.add(value.sub(average).mul(averaging));
      }
      const statistics = Object.fromEntries(
        Object.entries(state.statistics).map(([name, value]) => [name, (carried[name] ?? value).clone()]),
      );
      const parts = Object.fromEntries(Object.entries(loss.parts ?? {}).map(([name, part]) => [name, part.clone()]));
      return { state: { ...next, statistics }, loss: { total: loss.total.clone(), parts }, heldBytes };
    });
  } finally {
    tf.dispose(kept);
  }
}

/**
 * The numbers that a step needs, as a vector: the share by which the moving average follows, and the optimizer's rates for every share of
 * the learning rate.
 */
export function ratesOf(task: TrainingTask, optimizer: Optimizer, learningRate: number, step: number): Tensor {
  const { ema_decay } = task.rule;
  // An average that begins at untrained values forgets them soon: its memory grows with the steps.
  const decay = ema_decay === null ? 0 : Math.min(ema_decay, (1 + step) / (10 + step));
  const shares = sharesOf(task, Object.keys(task.start));
  return tf.tensor1d([1 - decay, ...shares.flatMap((share) => optimizer.rates(share * learningRate, step))]);
}

/** The different shares of the learning rate. */
function sharesOf(task: TrainingTask, names: readonly string[]): number[] {
  return [...new Set(names.map((name) => task.rateOf?.(name) ?? 1))];
}

/** @param kept takes what has to outlive the scopes of the differentiation */
function differentiate(
  task: TrainingTask,
  { values, statistics }: TrainingState,
  inputs: Tensor[],
  kept: Tensor[],
): { loss: Loss; gradients: Tensor[]; carried: Record<string, Tensor>; heldBytes: number } {
  const carried: Record<string, Tensor> = {};
  let loss: Loss | undefined;
  let heldBytes = 0;
  const keep = <T extends Tensor>(tensor: T): T => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  const { value, gradients } = valueAndGradients(() => {
    const pass = {
      values: { ...statistics, ...values },
      training: true,
      carry: (name: string, tensor: Tensor) => void (carried[name] = keep(tensor.clone())),
    };
    const before = tf.memory().numBytes;
    loss = task.loss(inputs, pass);
    heldBytes = tf.memory().numBytes - before;
    Object.values(loss.parts ?? {}).forEach((part) => keep(part));
    return loss.total;
  }, values);
  return { loss: { total: value, parts: loss?.parts }, gradients, carried, heldBytes };
}
