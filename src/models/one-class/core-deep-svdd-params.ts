import { type t, strict } from '../../config/codec.js';
import { rowKeys } from './row-params.js';
import { HYPERSPHERE_PARAMS } from './hypersphere-params.js';

/** Parameters of `core_deep_svdd`; `hidden` are the widths of all layers, the last one that of the space of the sphere. */
export const CoreDeepSvddParams = strict('CoreDeepSvddParams', {
  ...rowKeys({ epochs: 100, batch_size: 8, lr: 1e-3, optimizer_name: 'adam', weight_decay: 1e-6 }),
  ...HYPERSPHERE_PARAMS,
});
export type CoreDeepSvddParams = t.TypeOf<typeof CoreDeepSvddParams>;
