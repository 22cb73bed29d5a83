import { OddInteger, PositiveInteger, strict, Unit, withDefault, type t } from '../../config/codec.js';
import { reconstructionKeys } from '../reconstruction/reconstruction-params.js';

/** Parameters of `vision_draem`. */
export const DraemParams = strict('DraemParams', {
  ...reconstructionKeys(256, {
    epochs: 300,
    batch_size: 8,
    lr: 1e-3,
    optimizer_name: 'adam',
    scheduler_name: 'cosine',
  }),
  /** How often both networks halve the grid. */
  levels: withDefault(PositiveInteger, 4),
  /** The share of training pictures that are given an anomaly. */
  anomaly_share: withDefault(Unit, 0.5),
  /** The share of anomalies made of the picture's own blocks in another order; the others are made-up textures. */
  own_share: withDefault(Unit, 0.5),
  /** How much of the picture may shine through an anomaly. */
  max_beta: withDefault(Unit, 0.8),
  /** Side of the mean filter over the map under which the image score is the highest place, in pixels of the input. */
  mean_filter: withDefault(OddInteger, 21),
});
export type DraemParams = t.TypeOf<typeof DraemParams>;
