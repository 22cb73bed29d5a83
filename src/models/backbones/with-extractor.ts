import type { Backbone } from '../../config/backbone.js';
import type { WeightsStore } from '../weights-store.js';
import { createExtractor } from './create-extractor.js';
import type { FeatureExtractor } from './extractor.js';

/**
 * Makes an extractor for something that owns it from then on, and frees it when that cannot be made.
 *
 * @throws what `createExtractor` and `make` throw
 */
export async function withExtractor<T>(
  params: Backbone,
  weights: WeightsStore,
  make: (extractor: FeatureExtractor) => T,
): Promise<T> {
  const extractor = await createExtractor(params, weights);
  try {
    return make(extractor);
  } catch (error) {
    extractor.dispose();
    throw error;
  }
}
