import { oneOf, PositiveInteger, strict, withDefault, type t } from '../../config/codec.js';
import { reconstructionKeys } from './reconstruction-params.js';

/** Parameters of `ssim_autoencoder`. */
export const SsimAutoencoderParams = strict('SsimAutoencoderParams', {
  ...reconstructionKeys(128, { epochs: 60, batch_size: 8, lr: 2e-4, optimizer_name: 'adam', weight_decay: 1e-5 }),
  /** Strided convolutions between the picture and the code: every one halves the grid. */
  levels: withDefault(PositiveInteger, 4),
  /** Values of the code at every place of its grid. */
  latent: withDefault(PositiveInteger, 16),
  /** What is minimised, and what the map shows: dissimilar structure, or the squared error. */
  loss: withDefault(oneOf(['ssim', 'l2']), 'ssim'),
});
export type SsimAutoencoderParams = t.TypeOf<typeof SsimAutoencoderParams>;
