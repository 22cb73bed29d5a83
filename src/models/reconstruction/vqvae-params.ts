import { NonNegativeNumber, PositiveInteger, strict, withDefault, type t } from '../../config/codec.js';
import { reconstructionKeys } from './reconstruction-params.js';

/** Parameters of `vqvae_conv`. */
export const VqvaeParams = strict('VqvaeParams', {
  ...reconstructionKeys(128, { epochs: 60, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' }),
  /** Strided convolutions between the picture and the code: every one halves the grid. */
  levels: withDefault(PositiveInteger, 3),
  /** Entries of the codebook. */
  codes: withDefault(PositiveInteger, 128),
  /** Values of an entry. */
  latent: withDefault(PositiveInteger, 32),
  /** What the distance of the features from their entry counts beside the squared error. */
  commitment: withDefault(NonNegativeNumber, 0.25),
});
export type VqvaeParams = t.TypeOf<typeof VqvaeParams>;
