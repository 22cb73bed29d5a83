import {
  describedBy,
  FiniteNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  refine,
  Share,
  strict,
  t,
  withDefault,
} from './codec.js';

const WORDS = oneOf(['none', 'gray_world', 'max_rgb']);
const SPELLINGS: Readonly<Record<string, string>> = { grayworld: 'gray_world', maxrgb: 'max_rgb' };
/** Also with dashes, or as one word. */
const WhiteBalance = describedBy(
  new t.Type<t.TypeOf<typeof WORDS>>(
    WORDS.name,
    WORDS.is,
    (u, context) => {
      const word = typeof u === 'string' ? u.trim().toLowerCase().replace(/-/g, '_') : u;
      return WORDS.validate(SPELLINGS[String(word).replace(/_/g, '')] ?? word, context);
    },
    (a) => a,
  ),
  () => ({ type: 'string', description: WORDS.name }),
);
/** 0 and 1 stand for false and true. */
const Flag = describedBy(
  new t.Type<boolean>(
    'boolean',
    t.boolean.is,
    (u, context) => t.boolean.validate(u === 0 ? false : u === 1 ? true : u, context),
    (a) => a,
  ),
  () => ({ enum: [true, false, 0, 1] }),
);
const Percentile = refine('percentile from 0 to 100', t.number, (n) => n >= 0 && n <= 100, {
  minimum: 0,
  maximum: 100,
});
const Grid = refine('two whole numbers of 1 or more', t.array(PositiveInteger), (grid) => grid.length === 2, {
  minItems: 2,
  maxItems: 2,
});

/** `preprocessing.illumination_contrast`: what was done to the light of a picture before the model saw it. */
const IlluminationContrast = strict('IlluminationContrast', {
  white_balance: withDefault(WhiteBalance, 'none'),
  homomorphic: withDefault(Flag, false),
  homomorphic_cutoff: withDefault(Share, 0.5),
  homomorphic_gamma_low: withDefault(FiniteNumber, 0.7),
  homomorphic_gamma_high: withDefault(FiniteNumber, 1.5),
  homomorphic_c: withDefault(FiniteNumber, 1),
  homomorphic_per_channel: withDefault(Flag, true),
  clahe: withDefault(Flag, false),
  clahe_clip_limit: withDefault(PositiveNumber, 2),
  clahe_tile_grid_size: withDefault(Grid, [8, 8]),
  gamma: withDefault(nullable(PositiveNumber), null),
  contrast_stretch: withDefault(Flag, false),
  contrast_lower_percentile: withDefault(Percentile, 2),
  contrast_upper_percentile: withDefault(Percentile, 98),
});

/** `preprocessing` of an `infer_config.json`. */
export const Preprocessing = strict('Preprocessing', {
  illumination_contrast: withDefault(nullable(IlluminationContrast), null),
});
