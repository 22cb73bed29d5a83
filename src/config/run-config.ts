import {
  defaultsOf,
  Integer,
  NonEmptyString,
  nullable,
  optional,
  PositiveInteger,
  refine,
  strict,
  t,
  withDefault,
} from './codec.js';
import { Adaptation } from './adaptation.js';
import { CalibrationConfig } from './calibration.js';
import { DefectsConfig } from './defects.js';
import { PredictionPolicy } from './prediction.js';

const Contamination = refine('number above 0 and at most 0.5', t.number, (n) => n > 0 && n <= 0.5, {
  exclusiveMinimum: 0,
  maximum: 0.5,
});

/** What `imgano train --config` reads: the data, the model, how thresholds are found, what the run records. */
export const RunConfig = strict('RunConfig', {
  seed: withDefault(Integer, 0),
  dataset: strict('Dataset', {
    /** A folder of good pictures, a folder in the MVTec layout, or a manifest (`.jsonl`). */
    root: NonEmptyString,
    category: withDefault(nullable(t.string), null),
    /** For models that compare every picture with a reference: a folder of pictures of the same names, or one picture for all. */
    reference_dir: withDefault(nullable(NonEmptyString), null),
    limit_train: withDefault(nullable(PositiveInteger), null),
  }),
  model: strict('Model', {
    name: NonEmptyString,
    model_kwargs: withDefault(t.UnknownRecord, {}),
    contamination: withDefault(nullable(Contamination), null),
  }),
  calibration: withDefault(CalibrationConfig, () => defaultsOf(CalibrationConfig)),
  adaptation: withDefault(Adaptation, () => defaultsOf(Adaptation)),
  prediction: withDefault(nullable(PredictionPolicy), null),
  defects: optional(DefectsConfig),
  output: withDefault(strict('Output', { output_dir: withDefault(nullable(NonEmptyString), null) }), {
    output_dir: null,
  }),
});
export type RunConfig = t.TypeOf<typeof RunConfig>;
