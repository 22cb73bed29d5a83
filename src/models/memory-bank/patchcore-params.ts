import { Backbone } from '../../config/backbone.js';
import {
  describedBy,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  OddInteger,
  oneOf,
  OpenUnit,
  PositiveInteger,
  PositiveNumber,
  Share,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { SizeCodec } from '../../config/size.js';
import { withBankSize } from './with-bank-size.js';
import { withProfiles } from './profiles.js';

/** A codec for two kinds of value of which one is an object; the error speaks of the kind that was meant. */
function numberOr<A, B>(plain: t.Type<A>, object: t.Type<B>): t.Type<A | B> {
  const codecOf = (value: unknown): t.Type<A | B> =>
    (typeof value === 'object' && value !== null ? object : plain) as t.Type<A | B>;
  const type = new t.Type<A | B>(
    `${plain.name} or {eps}`,
    (value): value is A | B => plain.is(value) || object.is(value),
    (value, context) => codecOf(value).validate(value, context),
    (value) => codecOf(value).encode(value),
  );
  return describedBy(type, (of) => ({ anyOf: [of(plain), of(object)] }));
}

const CoresetWidth = numberOr(nullable(PositiveInteger), strict('CoresetWidth', { eps: OpenUnit }));

const Params = strict('PatchcoreParams', {
  /** A named set of values for the keys that are not given. */
  profile: withDefault(oneOf(['default', 'paper', 'anomalib']), 'default'),
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(ResizeRule, { mode: 'scale', factor: 1, multiple: 32, max_long_side: 512 }),
  /** The middle of the resized picture that is looked at; null = all of it. What lies outside is not inspected. */
  crop: withDefault(nullable(SizeCodec), null),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /**
   * Pixels by which every picture is mirrored outwards before the backbone, so that the zero padding of its convolutions stays off
   * the picture; null = as many as the backbone needs.
   */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Side of the neighbourhood whose mean describes a patch; 1 = the feature alone. */
  patch_size: withDefault(OddInteger, 3),
  patch_padding: withDefault(oneOf(['zero', 'reflect']), 'zero'),
  /** Width to which every layer's neighbourhoods are pooled, as in the paper; null keeps the layer's channels. */
  layer_dim: withDefault(nullable(PositiveInteger), null),
  /** Width to which the joined layers are pooled, as in the paper; null keeps them. */
  feature_dim: withDefault(nullable(PositiveInteger), null),
  /** Random projection of the features themselves, which shrinks the bank; null keeps them. */
  projection_dim: withDefault(nullable(PositiveInteger), null),
  projection: withDefault(oneOf(['gaussian', 'sparse']), 'gaussian'),
  sampling: withDefault(oneOf(['greedy', 'random']), 'greedy'),
  /** The share of all training patches that the bank keeps; null where `bank_size` says it. */
  coreset_ratio: withDefault(nullable(Share), 0.1),
  /** The most rows that the bank holds, whatever the share: rows are the cost of a search. */
  max_bank: withDefault(nullable(PositiveInteger), 10_000),
  /** So many rows (or all patches, if they are fewer), in place of `coreset_ratio` and `max_bank`. */
  bank_size: withDefault(nullable(PositiveInteger), null),
  /** `float16` halves the file; distances are taken from the rounded rows, so that they are the same before and after saving. */
  bank_dtype: withDefault(oneOf(['float32', 'float16']), 'float32'),
  /**
   * Width in which the selection of the bank measures distances: a number; null measures in the features themselves; an error bound
   * `{eps}` gives the width that keeps all distances of the pool within `1 +- eps` (Johnson and Lindenstrauss).
   */
  coreset_dim: withDefault(CoresetWidth, 128),
  coreset_projection: withDefault(oneOf(['gaussian', 'sparse']), 'gaussian'),
  /**
   * Random rows whose mean distance bounds all distances when the selection starts, as in the published code; null = one random row,
   * which the bank keeps.
   */
  coreset_starts: withDefault(nullable(PositiveInteger), null),
  /** The most megabytes of patches among which the bank is selected. */
  pool_mb: withDefault(PositiveNumber, 256),
  /**
   * What happens above `pool_mb`: patches are sampled from every picture alike, or all of them are gone through in partitions, each
   * reduced by the greedy rule.
   */
  over_pool: withDefault(oneOf(['sample', 'partitions']), 'sample'),
  /** The most megabytes that patches, selection and bank may take together; a fit that needs more is refused. */
  memory_mb: withDefault(PositiveNumber, 4096),
  num_neighbors: withDefault(PositiveInteger, 1),
  /** What a patch's several neighbours give: their mean distance (the paper), or that of the last one. */
  neighbor_reduce: withDefault(oneOf(['mean', 'kth']), 'mean'),
  distance: withDefault(oneOf(['euclidean', 'squared']), 'euclidean'),
  /** The share of the highest patches whose mean is the image score; 0 = the highest patch alone. */
  score_top: withDefault(Unit, 0.01),
  /** The paper's re-weighting of the highest patch by the neighbourhood of its nearest row. */
  reweight: withDefault(t.boolean, false),
  reweight_neighbors: withDefault(PositiveInteger, 9),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
  /** What the Gaussian sees beyond the edge: `reflect` repeats the edge pixel (scipy), `reflect101` does not (torch). */
  map_border: withDefault(oneOf(['reflect', 'reflect101']), 'reflect'),
});

/** Parameters of `vision_patchcore`. A profile fills the keys that are absent; keys that are given win over it. */
export const PatchcoreParams = withBankSize(
  withProfiles(Params, 'profile', {
    default: {},
    /** Roth et al. 2022 and its published code. */
    paper: {
      resize: { mode: 'short_side', pixels: 256, multiple: 1, rounding: 'down' },
      crop: { height: 224, width: 224 },
      score_top: 0,
      layer_dim: 1024,
      feature_dim: 1024,
      coreset_ratio: 0.1,
      max_bank: null,
      coreset_dim: 128,
      coreset_starts: 10,
      distance: 'squared',
      context: 0,
      map_sigma: 4,
    },
    /** anomalib 2. */
    anomalib: {
      resize: { mode: 'stretch', size: { height: 256, width: 256 } },
      score_top: 0,
      coreset_ratio: 0.1,
      max_bank: null,
      coreset_dim: { eps: 0.9 },
      coreset_projection: 'sparse',
      reweight: true,
      reweight_neighbors: 9,
      context: 0,
      map_interpolation: 'nearest',
      map_sigma: 4,
      map_border: 'reflect101',
    },
  }),
);
export type PatchcoreParams = t.TypeOf<typeof PatchcoreParams>;
