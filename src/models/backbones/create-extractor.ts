import type { Backbone } from '../../config/backbone.js';
import type { WeightsStore } from '../weights-store.js';
import type { FeatureExtractor } from './extractor.js';

/**
 * Makes the extractor that the parameters name.
 *
 * @throws WeightsError when external weights are unknown, missing or altered; ConfigError when a layer is not in the network
 */
export async function createExtractor(params: Backbone, weights: WeightsStore): Promise<FeatureExtractor> {
  switch (params.name) {
    case 'filterbank': {
      const { FilterbankExtractor } = await import('./filterbank.js');
      return new FilterbankExtractor(params);
    }
    case 'tfjs_layers':
    case 'tfjs_graph': {
      const { loadTfjsExtractor } = await import('./tfjs-network.js');
      return loadTfjsExtractor(params, weights);
    }
    case 'torch': {
      const { loadTorchExtractor } = await import('./torch-network.js');
      return loadTorchExtractor(params, weights);
    }
  }
}
