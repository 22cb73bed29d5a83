import { totalmem } from 'node:os';
import { ConfigError } from '../../errors.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { tf } from '../../runtime/tf.js';
import { STATE_KINDS, type TrainingState } from './training-step.js';

const MEGABYTE = 2 ** 20;

/** What a training takes. */
export interface TrainingNeed {
  /** Numbers that are learned. */
  readonly values: number;
  /** Of a step: its state before and after, and what is held for the gradients. */
  readonly stepBytes: number;
  readonly gradientBytes: number;
  /** Pictures, features and fixed weights that are there anyway. */
  readonly otherBytes: number;
}

/**
 * @param heldBytes what a step holds for its gradients
 * @param keepsBest whether a second copy of the values is kept
 */
export function trainingNeed(state: TrainingState, heldBytes: number, keepsBest: boolean): TrainingNeed {
  const values = Object.values(state.values).reduce((sum, { size }) => sum + size, 0);
  const all = STATE_KINDS.flatMap((kind) => Object.values(state[kind]));
  const stateBytes = 4 * (all.reduce((sum, { size }) => sum + size, 0) + (keepsBest ? values : 0));
  return {
    values,
    stepBytes: 2 * stateBytes + heldBytes,
    gradientBytes: heldBytes,
    otherBytes: Math.max(0, tf.memory().numBytes - stateBytes),
  };
}

/**
 * @param budget megabytes; null = what the machine has, of which nothing is known on a GPU
 * @throws ConfigError when a training takes more
 */
export function requireMemory(name: string, need: TrainingNeed, budget: number | null): void {
  const all = (need.stepBytes + need.otherBytes) / MEGABYTE;
  const machine = onGpu() ? Infinity : machineBytes() / MEGABYTE;
  if (all <= (budget ?? machine)) return;
  const limit =
    budget === null
      ? `than the ${machine.toFixed(0)} MB of this machine`
      : `than training.total_memory_mb ${budget} allows`;
  throw new ConfigError(
    `${name}: the training takes about ${all.toFixed(0)} MB (${megabytes(need.gradientBytes)} MB of it for the gradients of a step), more ${limit}; ` +
      'lower training.batch_size or take smaller pictures or a narrower network',
  );
}

/** One line for the user. @param left steps that are still to come */
export function needLine(name: string, need: TrainingNeed, left: number, secondsEach: number): string {
  const { values, stepBytes, gradientBytes, otherBytes } = need;
  return (
    `${name}: ${values.toLocaleString('en-US')} values to learn; about ${megabytes(stepBytes)} MB for a step (${megabytes(gradientBytes)} MB of it for ` +
    `gradients) beside ${megabytes(otherBytes)} MB of pictures and fixed weights; ${left} steps take about ${duration(secondsEach * left)}`
  );
}

/** A container may have less than the machine; without a bound the number is 0, or beyond any memory. */
function machineBytes(): number {
  const bound = process.constrainedMemory();
  return bound > 0 ? Math.min(bound, totalmem()) : totalmem();
}

function megabytes(bytes: number): string {
  const amount = bytes / MEGABYTE;
  return amount < 10 ? amount.toFixed(1) : amount.toFixed(0);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toPrecision(2)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${minutes.toPrecision(2)} min` : `${(minutes / 60).toPrecision(2)} h`;
}
