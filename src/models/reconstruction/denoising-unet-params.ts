import { NonNegativeNumber, PositiveInteger, strict, withDefault, type t } from '../../config/codec.js';
import { reconstructionKeys } from './reconstruction-params.js';

/** Parameters of `ae_resnet_unet`. */
export const DenoisingUnetParams = strict('DenoisingUnetParams', {
  ...reconstructionKeys(256, { epochs: 60, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' }),
  /** Strided convolutions on the way down; every level but the deepest is also handed across. */
  levels: withDefault(PositiveInteger, 3),
  /** Standard deviation of the noise that is taken away, for values from 0 to 1; with 0 the network learns to copy, defects too. */
  noise_std: withDefault(NonNegativeNumber, 0.2),
  /** Pixels of a grain of the noise: about as large as defects are. */
  noise_grain: withDefault(PositiveInteger, 16),
});
export type DenoisingUnetParams = t.TypeOf<typeof DenoisingUnetParams>;
