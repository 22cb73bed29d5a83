import { strict, type t } from '../../config/codec.js';
import { rowKeys } from './row-params.js';

/** Parameters of `core_autoencoder`; `hidden` are the widths down to the code, and back up in reverse. */
export const CoreAutoencoderParams = strict(
  'CoreAutoencoderParams',
  rowKeys({ epochs: 30, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' }),
);
export type CoreAutoencoderParams = t.TypeOf<typeof CoreAutoencoderParams>;
