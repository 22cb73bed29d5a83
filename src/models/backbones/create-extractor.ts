import type { Backbone } from '../../config/backbone.js';
import type { ModelEnvironment } from '../spec.js';
import type { WeightsStore } from '../weights-store.js';
import type { FeatureExtractor } from './extractor.js';

/**
 * Makes the extractor that the parameters name.
 *
 * @param wish bfloat16 where the machine can and the network bears it; `onFloat32` is told why not
 * @throws WeightsError when external weights are unknown, missing or altered; ConfigError when a layer is not in the network
 */
export async function createExtractor(
  params: Backbone,
  weights: WeightsStore,
  { precision = 'float32', onFloat32 }: Pick<ModelEnvironment, 'precision' | 'onFloat32'> = {},
): Promise<FeatureExtractor> {
  switch (params.name) {
    case 'filterbank': {
      const { FilterbankExtractor } = await import('./filterbank.js');
      if (precision !== 'float32') onFloat32?.('the filter bank is no trained network');
      return new FilterbankExtractor(params);
    }
    case 'tfjs_layers':
    case 'tfjs_graph': {
      const { loadTfjsExtractor } = await import('./tfjs-network.js');
      return lowered(await loadTfjsExtractor(params, weights));
    }
    case 'torch': {
      const { loadTorchExtractor } = await import('./torch-network.js');
      return lowered(await loadTorchExtractor(params, weights));
    }
  }

  async function lowered(extractor: FeatureExtractor): Promise<FeatureExtractor> {
    if (precision === 'float32') return extractor;
    const { whyNotLowered } = await import('./why-not-lowered.js');
    const why = await whyNotLowered(extractor);
    if (why !== null) onFloat32?.(why);
    return why === null ? inPrecision(extractor, precision) : extractor;
  }
}

function inPrecision(extractor: FeatureExtractor, precision: FeatureExtractor['precision']): FeatureExtractor {
  const { taps, multiple, context } = extractor;
  return {
    ...{ taps, multiple, context, precision },
    extract: (x) => extractor.extract(x),
    dispose: () => extractor.dispose(),
  };
}
