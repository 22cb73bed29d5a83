import type { FitContext } from '../detector.js';
import type { Trainer } from './training-task.js';

/** @throws Error when the caller of `fit` brought no trainer: a mistake of the program, not of the user */
export function requireTrainer({ train }: FitContext, name: string): Trainer {
  if (train !== undefined) return train;
  throw new Error(`${name}: it is trained step by step, so its fit needs a context with a trainer`);
}
