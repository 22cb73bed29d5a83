import { decode, NonNegativeInteger, PositiveInteger } from '../config/codec.js';
import { ConfigError } from '../errors.js';
import { parseNumber } from './parse.js';

/** The flags of `benchmark` that say what is tried and how often, as they came. */
interface SweepFlags {
  readonly batchSizes: string;
  readonly workers: string;
  readonly rounds?: string;
  readonly pictures?: string;
}

interface Read {
  readonly batchSizes: readonly (number | 'auto')[];
  readonly workers: readonly number[];
  readonly rounds: number;
  readonly pictures?: number;
}

/** @throws ConfigError that names the flag */
export function readSweepFlags(flags: SweepFlags): Read {
  const whole = (flag: string, text: string) => decode(PositiveInteger, parseNumber(flag, text), flag);
  return {
    batchSizes: listOf('--batch-sizes', flags.batchSizes).map((item) =>
      item === 'auto' ? item : whole('--batch-sizes', item),
    ),
    workers: listOf('--workers', flags.workers).map((item) =>
      decode(NonNegativeInteger, parseNumber('--workers', item), '--workers'),
    ),
    rounds: whole('--rounds', flags.rounds ?? '3'),
    ...(flags.pictures === undefined ? {} : { pictures: whole('--pictures', flags.pictures) }),
  };
}

function listOf(flag: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new ConfigError(`${flag}: expected numbers with commas between them, got "${text}"`);
  return [...new Set(items)];
}
