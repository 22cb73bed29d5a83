import type { Backbone } from '../../config/backbone.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { WeightsStore } from '../weights-store.js';

/**
 * Makes something that owns an extractor; where that fails, the extractor is disposed.
 *
 * @throws WeightsError when external weights are unknown, missing or altered; ConfigError when parameters do not fit the backbone
 */
export async function withExtractor<T>(
  backbone: Backbone,
  weights: WeightsStore,
  make: (extractor: FeatureExtractor) => T,
): Promise<T> {
  const { createExtractor } = await import('../backbones/create-extractor.js');
  const extractor = await createExtractor(backbone, weights);
  try {
    return make(extractor);
  } catch (error) {
    extractor.dispose();
    throw error;
  }
}
