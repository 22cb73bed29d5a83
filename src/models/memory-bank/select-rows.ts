import { Random } from '../../runtime/random.js';
import type { FitContext } from '../detector.js';
import { bankRows, type BankRowsParams } from './bank-rows.js';
import type { PatchPool } from './patch-pool.js';
import type { PatchcoreParams } from './patchcore-params.js';
import { spreadRows, type SpreadParams } from './spread-rows.js';

/** How rows are selected; `patchcore-params.ts` says what each means. */
export type SelectionParams = Pick<PatchcoreParams, 'sampling'> & BankRowsParams & SpreadParams;

/**
 * Which rows of a pool the memory bank keeps: a share of all patches or a number of them, spread by the greedy k-centre rule (measured
 * in a random projection, as in the paper) or drawn at random.
 *
 * @param pool borrowed
 * @returns row numbers, all different; every one, in order, where the bank holds the whole pool
 */
export async function selectRows(pool: PatchPool, params: SelectionParams, context: FitContext): Promise<Int32Array> {
  const [available] = pool.rows.shape;
  const wanted = bankRows(params, pool.seen);
  if (wanted < (params.bank_size ?? 0)) {
    context.progress.warn(`the bank has ${wanted} rows, not bank_size ${params.bank_size}: there are no more patches`);
  }
  const count = Math.min(available, wanted);
  const all = Array.from({ length: available }, (_, i) => i);
  if (count === available) return Int32Array.from(all);
  const random = new Random(context.seed).fork('bank');
  if (params.sampling === 'random') return Int32Array.from(random.shuffled(all).slice(0, count)).sort();
  return spreadRows(pool.rows, count, params, { context, random, step: 'selection of the memory bank' });
}
