import {
  FiniteNumber,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  refine,
  strict,
  t,
  withDefault,
} from './codec.js';

const Percentile = refine('percentile from 0 to 100', t.number, (n) => n >= 0 && n <= 100, {
  minimum: 0,
  maximum: 100,
});
const PercentileRange = refine(
  'two percentiles [low, high] from 0 to 100, low below high',
  t.array(Percentile),
  (range) => range.length === 2 && range[0] < range[1],
  { minItems: 2, maxItems: 2 },
);

/**
 * `adaptation.postprocess` of schema_version 1: what was done to the map of every picture before the defects stages. It looks at one
 * picture at a time, so that with `normalize` every picture has a pixel of 1: schema_version 2 does not run it.
 */
export const MapPostprocess = strict('MapPostprocess', {
  normalize: withDefault(t.boolean, true),
  normalize_method: withDefault(oneOf(['minmax', 'percentile', 'none']), 'minmax'),
  percentile_range: withDefault(PercentileRange, [1, 99]),
  gaussian_sigma: withDefault(NonNegativeNumber, 0),
  morph_open_ksize: withDefault(NonNegativeInteger, 0),
  morph_close_ksize: withDefault(NonNegativeInteger, 0),
  component_threshold: withDefault(nullable(FiniteNumber), null),
  min_component_area: withDefault(NonNegativeInteger, 0),
});
export type MapPostprocess = t.TypeOf<typeof MapPostprocess>;
