import type { Backbone } from '../../config/backbone.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { ModelEnvironment } from '../spec.js';

/**
 * Makes something that owns an extractor; where that fails, the extractor is disposed.
 *
 * @throws WeightsError when external weights are unknown, missing or altered; ConfigError when parameters do not fit the backbone
 */
export async function withExtractor<T>(
  backbone: Backbone,
  environment: ModelEnvironment,
  make: (extractor: FeatureExtractor) => T,
): Promise<T> {
  const { createExtractor } = await import('../backbones/create-extractor.js');
  const extractor = await createExtractor(backbone, environment.weights, environment);
  try {
    return make(extractor);
  } catch (error) {
    extractor.dispose();
    throw error;
  }
}
