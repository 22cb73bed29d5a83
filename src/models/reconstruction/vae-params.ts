import { NonNegativeNumber, PositiveInteger, strict, withDefault, type t } from '../../config/codec.js';
import { reconstructionKeys } from './reconstruction-params.js';

/** Parameters of `vae_conv`. */
export const VaeParams = strict('VaeParams', {
  ...reconstructionKeys(256, { epochs: 60, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' }),
  /** Strided convolutions between the picture and the code: every one halves the grid. */
  levels: withDefault(PositiveInteger, 4),
  /** Values of the code at every place of its grid. */
  latent: withDefault(PositiveInteger, 16),
  /** What the divergence of the code from the standard normal distribution counts beside the squared error. */
  beta: withDefault(NonNegativeNumber, 1e-3),
});
export type VaeParams = t.TypeOf<typeof VaeParams>;
