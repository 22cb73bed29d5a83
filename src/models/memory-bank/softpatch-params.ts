import { oneOf, PositiveInteger, PositiveNumber, refine, strict, t, withDefault } from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';
import { SHARED_PARAMS } from './shared-params.js';

const ShareBelowOne = refine('number of 0 or more and below 1', t.number, (n) => n >= 0 && n < 1);

/** Parameters of `vision_softpatch`. */
export const SoftPatchParams = strict('SoftPatchParams', {
  ...SHARED_PARAMS,
  /** A patch is compared with those at the same place of other pictures, so every picture needs the same grid. */
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
  patch_size: withDefault(SHARED_PARAMS.patch_size, 3),
  pool_mb: withDefault(PositiveNumber, 1024),
  /** What says how odd a training patch is among those at its place. */
  discriminator: withDefault(oneOf(['lof', 'nearest', 'gaussian']), 'lof'),
  /** Neighbours of the local outlier factor. */
  lof_k: withDefault(PositiveInteger, 6),
  /** The share of the oddest training patches that the bank never sees. */
  threshold: withDefault(ShareBelowOne, 0.15),
  /** Multiplies a distance by the oddness of the row that it leads to. */
  soft_weight: withDefault(t.boolean, true),
  /** The share of the training patches farthest from the mean of all that the bank never sees either. */
  train_patch_outlier_quantile: withDefault(ShareBelowOne, 0),
  /** Width in which oddness is measured: features beyond it are projected at random. */
  weight_dim: withDefault(PositiveInteger, 128),
  /** Added to the diagonal of the covariances of the Gaussian discriminator. */
  covariance_eps: withDefault(PositiveNumber, 0.01),
  distance: withDefault(oneOf(['euclidean', 'squared']), 'euclidean'),
});
export type SoftPatchParams = t.TypeOf<typeof SoftPatchParams>;
