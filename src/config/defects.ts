import { isLeft } from 'fp-ts/lib/Either.js';
import {
  defaultsOf,
  describedBy,
  FiniteNumber,
  NonEmptyString,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  OpenUnit,
  optional,
  PositiveInteger,
  refine,
  Share,
  strict,
  t,
  Unit,
  withDefault,
} from './codec.js';

const AtLeastOne = refine('number of 1 or more', t.number, (n) => Number.isFinite(n) && n >= 1, { minimum: 1 });
/** Left, top, right, bottom as shares of the map's width and height. */
const Rectangle = refine(
  'four finite numbers [x1, y1, x2, y2]',
  t.array(t.number),
  (r) => r.length === 4 && r.every(Number.isFinite),
  { minItems: 4, maxItems: 4 },
);
const Point = refine('point [x, y] from 0 to 1', t.array(Unit), (at) => at.length === 2, { minItems: 2, maxItems: 2 });
const Polygon = refine('three or more points [x, y] from 0 to 1', t.array(Point), (p) => p.length >= 3, {
  minItems: 3,
});

const SMOOTHING = ['none', 'median', 'gaussian', 'box'] as const;
const OFF_WORDS = ['', 'off', 'false', '0'];
const SmoothingWord = oneOf(SMOOTHING);
/** The words are trimmed and lower-cased, and the other spellings of "none" are taken, as Python does. */
const SmoothingMethod = describedBy(
  new t.Type<(typeof SMOOTHING)[number]>(
    SmoothingWord.name,
    SmoothingWord.is,
    (u, context) => {
      const word = typeof u === 'string' ? u.trim().toLowerCase() : u;
      return SmoothingWord.validate(OFF_WORDS.includes(word as string) ? 'none' : word, context);
    },
    (a) => a,
  ),
  () => ({ type: 'string', description: SmoothingWord.name, examples: SMOOTHING }),
);

/** `defects.map_smoothing`: a filter over the anomaly map before it is thresholded. */
export const MapSmoothing = strict('MapSmoothing', {
  method: withDefault(SmoothingMethod, 'none'),
  ksize: withDefault(NonNegativeInteger, 0),
  sigma: withDefault(NonNegativeNumber, 0),
});

/** `defects.hysteresis`: grow regions from pixels over `high` through pixels over `low`. */
export const Hysteresis = strict('Hysteresis', {
  enabled: withDefault(t.boolean, false),
  low: withDefault(nullable(FiniteNumber), null),
  high: withDefault(nullable(FiniteNumber), null),
});

/** `defects.shape_filters`, also read from `defects.region_filters.shape`. */
export const ShapeFilters = strict('ShapeFilters', {
  min_fill_ratio: withDefault(nullable(Unit), null),
  max_aspect_ratio: withDefault(nullable(AtLeastOne), null),
  min_solidity: withDefault(nullable(Unit), null),
  /** Compactness is `4 pi area / perimeter^2`: 1 for a disc, near 0 for a scratch. */
  min_compactness: withDefault(nullable(Unit), null),
  max_compactness: withDefault(nullable(Unit), null),
});

/** `defects.merge_nearby`: regions close to one another become one region of the list. */
export const MergeNearby = strict('MergeNearby', {
  enabled: withDefault(t.boolean, false),
  max_gap_px: withDefault(NonNegativeInteger, 0),
  /** `box`: empty pixels between the boxes, per axis; `pixels`: Euclidean distance of the nearest pixels, less one. */
  distance: withDefault(oneOf(['box', 'pixels']), 'box'),
});

/** For `false_region_budget`: at most this many false regions in 1,000 good pictures, claimed with this confidence. */
export const FalseRegionBudget = strict('FalseRegionBudget', {
  max_regions_per_1000: withDefault(NonNegativeNumber, 10),
  confidence: withDefault(OpenUnit, 0.95),
});

const Keys = strict('DefectsConfig', {
  enabled: withDefault(t.boolean, false),
  pixel_threshold: withDefault(nullable(FiniteNumber), null),
  pixel_threshold_strategy: withDefault(
    oneOf(['normal_pixel_quantile', 'fixed', 'infer_config', 'false_region_budget']),
    'normal_pixel_quantile',
  ),
  pixel_normal_quantile: withDefault(Share, 0.999),
  false_region_budget: withDefault(FalseRegionBudget, () => defaultsOf(FalseRegionBudget)),
  mask_format: withDefault(oneOf(['png', 'npy', 'npz', 'rle', 'polygons']), 'png'),
  mask_space: withDefault(oneOf(['roi', 'full']), 'roi'),
  /** At most one of the four region-of-interest keys may be set. */
  roi_xyxy_norm: withDefault(nullable(Rectangle), null),
  roi_rectangles_norm: withDefault(nullable(t.array(Rectangle)), null),
  roi_polygon_norm: withDefault(nullable(Polygon), null),
  /** A picture, scaled to the map; pixels at or above half brightness are inside. */
  roi_mask_path: withDefault(nullable(NonEmptyString), null),
  border_ignore_px: withDefault(NonNegativeInteger, 0),
  map_smoothing: withDefault(MapSmoothing, () => defaultsOf(MapSmoothing)),
  hysteresis: withDefault(Hysteresis, () => defaultsOf(Hysteresis)),
  /** `relative`: `hysteresis.low`, `.high`, `min_score_max` and `min_score_mean` are multiples of the pixel threshold. */
  score_levels: withDefault(oneOf(['absolute', 'relative']), 'absolute'),
  shape_filters: withDefault(ShapeFilters, () => defaultsOf(ShapeFilters)),
  region_filters: optional(strict('RegionFilters', { shape: ShapeFilters })),
  merge_nearby: withDefault(MergeNearby, () => defaultsOf(MergeNearby)),
  min_area: withDefault(NonNegativeInteger, 0),
  min_score_max: withDefault(nullable(FiniteNumber), null),
  min_score_mean: withDefault(nullable(FiniteNumber), null),
  /** Keeps regions at or above this quantile of the region maxima of their own picture. */
  min_score_max_quantile: withDefault(nullable(Unit), null),
  open_ksize: withDefault(NonNegativeInteger, 0),
  close_ksize: withDefault(NonNegativeInteger, 0),
  fill_holes: withDefault(t.boolean, false),
  mask_dilate_ksize: withDefault(NonNegativeInteger, 0),
  max_regions: withDefault(nullable(PositiveInteger), null),
  max_regions_sort_by: withDefault(oneOf(['score_max', 'score_mean', 'area']), 'score_max'),
  /** Adds `bbox_xyxy_image`: the box in pixels of the picture. */
  image_space: withDefault(t.boolean, false),
  /** Adds what every stage removed, and why. */
  trace: withDefault(t.boolean, false),
  /** Adds the outline of every region as polygons. */
  outline: withDefault(t.boolean, false),
});

export type DefectsConfig = Omit<t.TypeOf<typeof Keys>, 'region_filters'>;

const BOTH = 'the same filters are given twice; keep "shape_filters" or "region_filters.shape", not both';

/** `defects` of an `infer_config.json`: every control between an anomaly map and its regions. All of them are off by default. */
export const DefectsConfig = Object.assign(
  new t.Type<DefectsConfig>(
    Keys.name,
    (u): u is DefectsConfig => Keys.is(u),
    (u, context) => {
      const decoded = Keys.validate(u, context);
      if (isLeft(decoded)) return decoded;
      const { region_filters: alias, ...config } = decoded.right;
      if (alias === undefined) return t.success(config);
      if ((u as Record<string, unknown>).shape_filters !== undefined) {
        return t.failure(alias, t.appendContext(context, 'region_filters', Keys.props.region_filters, alias), BOTH);
      }
      return t.success({ ...config, shape_filters: alias.shape });
    },
    (a) => Keys.encode(a) as DefectsConfig,
  ),
  { props: Keys.props, json: Keys.json },
);

/** All controls off. */
export function defaultDefects(): DefectsConfig {
  return defaultsOf(Keys);
}
