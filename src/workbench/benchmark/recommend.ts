import type { Variant, VariantSpeed } from './speed-sweep.js';

/** What is so little slower than the fastest that the simpler one is better. */
const AS_GOOD = 0.97;

export interface Recommendation extends Variant {
  /** For `imgano infer`; empty where the defaults are as good. */
  readonly flags: string;
  readonly gain: number;
}

/** Of the variants that are about as fast as the fastest, the one with the fewest threads, then the smallest batch: it needs the least memory. */
export function recommend(speeds: readonly VariantSpeed[]): Recommendation {
  const best = Math.max(...speeds.map(({ gain }) => gain));
  const good = speeds.filter(({ gain }) => gain >= AS_GOOD * best);
  const size = ({ batch_size }: Variant) => (batch_size === 'auto' ? Infinity : batch_size);
  const [{ batch_size, workers, gain }] = [...good].sort((a, b) => a.workers - b.workers || size(a) - size(b));
  const flags = [
    ...(batch_size === 1 ? [] : [`--batch-size ${batch_size}`]),
    ...(workers === 0 ? [] : [`--num-workers ${workers}`]),
  ];
  return { batch_size, workers, gain, flags: flags.join(' ') };
}
