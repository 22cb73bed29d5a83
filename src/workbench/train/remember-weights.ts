import type { ResolvedWeights, WeightsStore } from '../../models/weights-store.js';

/** Passes requests on and keeps what was handed out, so that the config can name the weights that were used. */
export function rememberWeights(store: WeightsStore): WeightsStore & { resolved: ResolvedWeights[] } {
  const resolved: ResolvedWeights[] = [];
  const resolve = async (id: string): Promise<ResolvedWeights> => {
    const found = await store.resolve(id);
    resolved.push(found);
    return found;
  };
  return { ...store, resolve, resolved };
}
