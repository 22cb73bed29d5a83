import { ConfigError } from '../../errors.js';
import type { FirstLook } from './patch-pool.js';

const MEGABYTE = 2 ** 20;
/** Rows whose distances to all others the selection has at hand. */
const LOOKED_AT = 128;

export interface BankCost {
  /** Features of a patch. */
  readonly width: number;
  /** The most rows of the pool. */
  readonly capacity: number;
  /** Rows of the bank. */
  readonly rows: number;
  /** Width of the rows among which the selection measures; 0 where nothing is measured. */
  readonly measured: number;
  readonly dtype: 'float32' | 'float16';
  /** Whether the patches beyond the capacity are reduced in partitions; otherwise the pool is a sample. */
  readonly partitions: boolean;
}

/**
 * What a bank of patches costs, as one line for the user.
 *
 * @param name the detector's name, for the message
 * @param budget megabytes that patches, selection and bank may take, or null
 * @throws ConfigError with the numbers and what makes them smaller, when the budget is exceeded
 */
export function planBank(name: string, look: FirstLook, cost: BankCost, budget: number | null): string {
  const { width, capacity, rows, measured, dtype } = cost;
  const pooled = Math.min(look.patches, capacity);
  const mb = (count: number, values: number) => (4 * count * values) / MEGABYTE;
  const pool = mb(pooled, width);
  const projection = mb(pooled, measured);
  const bank = mb(rows, width);
  // Parts and the whole that is made of them; the pool with its projection, centred again, and distances; the pool with four copies of
  // the bank: rows, host, and the two forms that a search needs.
  const stages = [
    2 * pool,
    pool + 2 * projection + (measured === 0 ? 0 : mb(pooled, LOOKED_AT)) + bank,
    pool + 4 * bank,
  ];
  const [peak, used] = [Math.max(...stages), 3 * bank].map(Math.ceil);
  const whole = `about ${look.patches} patches of ${width} values`;
  const held =
    pooled === look.patches
      ? `held in ${size(pool)}`
      : `${cost.partitions ? 'in partitions of' : 'sampled into'} ${size(pool)}`;
  const kept = `a bank of ${rows} rows (${size(dtype === 'float16' ? bank / 2 : bank)} on disk, ${used} MB in use)`;
  const selection = measured === 0 ? '' : `, chosen in ${measured} values (${size(projection)})`;
  const line = `${whole}, ${held}; ${kept}${selection}; peak about ${peak} MB beside the backbone; features take about ${time(look.seconds)}`;
  if (budget === null || peak <= budget) return line;
  throw new ConfigError(
    `${name}: ${whole} and a bank of ${rows} rows need about ${peak} MB, more than memory_mb ${budget} allows; ` +
      (pool > bank ? 'lower pool_mb or projection_dim, ' : 'lower coreset_ratio, max_bank or bank_size, ') +
      'take smaller pictures, or raise memory_mb',
  );
}

const size = (mb: number): string => `${Math.ceil(mb)} MB`;
const time = (seconds: number): string => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);
