import { OddInteger, PositiveInteger, PositiveNumber, refine, strict, t, withDefault } from '../../config/codec.js';
import { reconstructionKeys } from './reconstruction-params.js';

const SquareSizes = refine(
  'list of one or more whole numbers of 1 or more',
  t.array(PositiveInteger),
  (sizes) => sizes.length > 0,
  { minItems: 1 },
);

/** Parameters of `vision_riad`. */
export const RiadParams = strict('RiadParams', {
  ...reconstructionKeys(256, { epochs: 300, batch_size: 4, lr: 1e-4, optimizer_name: 'adam' }),
  /** How often the U-Net halves the grid. */
  levels: withDefault(PositiveInteger, 4),
  /** Sides of the squares that are removed, in pixels of the input. */
  square_sizes: withDefault(SquareSizes, [2, 4, 8, 16]),
  /** Into how many sets the squares are shared; every set is removed once. */
  disjoint_sets: withDefault(PositiveInteger, 3),
  /** What the dissimilarities of edges and of structure count beside the squared error. */
  lambda_gms: withDefault(PositiveNumber, 1),
  lambda_ssim: withDefault(PositiveNumber, 1),
  /** Side of the mean filter over the map, in pixels of the input; odd. */
  mean_filter: withDefault(OddInteger, 21),
});
export type RiadParams = t.TypeOf<typeof RiadParams>;
