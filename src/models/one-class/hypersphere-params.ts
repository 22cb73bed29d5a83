import { NonNegativeInteger, oneOf, OpenUnit, withDefault } from '../../config/codec.js';

/** The keys of `HypersphereRule`, to be spread into a codec; defaults of the paper. */
export const HYPERSPHERE_PARAMS = {
  /** `one-class` brings all good rows near the centre; `soft-boundary` finds a sphere that a share `nu` of them may leave. */
  objective: withDefault(oneOf(['one-class', 'soft-boundary']), 'one-class'),
  nu: withDefault(OpenUnit, 0.1),
  /** `soft-boundary`: epochs in which the radius stays 0. */
  warm_up_epochs: withDefault(NonNegativeInteger, 10),
};
