import type { PatchcoreParams } from './patchcore-params.js';

/** What says how many rows a bank has; `patchcore-params.ts` says what each means. */
export type BankRowsParams = Partial<Pick<PatchcoreParams, 'coreset_ratio' | 'max_bank' | 'bank_size'>>;

/** The rows that a bank should have, of so many patches of the training pictures: 1 or more. */
export function bankRows(params: BankRowsParams, patches: number): number {
  const { coreset_ratio: ratio, max_bank: most, bank_size: size } = params;
  const wanted = size ?? Math.max(1, Math.floor(patches * (ratio ?? 1)));
  return Math.min(patches, wanted, most ?? Infinity);
}
