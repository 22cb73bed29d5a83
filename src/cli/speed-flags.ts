import { decode, NonNegativeInteger, PositiveInteger, PositiveNumber } from '../config/codec.js';
import type { InspectOptions } from '../inference/run.js';
import { parseNumber } from './parse.js';

/** The flags that change how fast a run is, and not one byte of what it gives; as they came. */
interface SpeedFlags {
  readonly batchSize?: string;
  readonly numWorkers?: string;
  readonly memoryBudget?: string;
}

/** @throws ConfigError that names the flag */
export function readSpeedFlags({
  batchSize,
  numWorkers,
  memoryBudget,
}: SpeedFlags): Pick<InspectOptions, 'batchSize' | 'workers' | 'memoryBudgetMb'> {
  const size = batchSize === 'auto' ? undefined : parseNumber('--batch-size', batchSize);
  const workers = parseNumber('--num-workers', numWorkers);
  const budget = parseNumber('--memory-budget', memoryBudget);
  return {
    batchSize: batchSize === 'auto' ? 'auto' : decode(PositiveInteger, size ?? 1, '--batch-size'),
    workers: decode(NonNegativeInteger, workers ?? 0, '--num-workers'),
    ...(budget === undefined ? {} : { memoryBudgetMb: decode(PositiveNumber, budget, '--memory-budget') }),
  };
}
