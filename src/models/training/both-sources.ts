import type { FitSource } from '../detector.js';

/** The pictures of one source, then those of the other. */
export function bothSources(one: FitSource, other: FitSource): FitSource {
  return {
    count: one.count + other.count,
    async *batches() {
      yield* one.batches();
      yield* other.batches();
    },
  };
}
