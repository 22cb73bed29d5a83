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
import { PretrainConfig } from './pretrain.js';

const Contamination = refine('number above 0 and at most 0.5', t.number, (n) => n > 0 && n <= 0.5, {
  exclusiveMinimum: 0,
  maximum: 0.5,
});

const Output = strict('Output', {
  /** The run folder; null = `runs/` and a name made of the time, the data set, the recipe and the model. */
  output_dir: withDefault(nullable(NonEmptyString), null),
  /** Inspect the test pictures of the data set, where it has some, and write their records and figures. */
  per_image_jsonl: withDefault(t.boolean, true),
});

/** The recipe that runs a config as it is. */
export const DEFAULT_RECIPE = 'industrial-adapt';

/** What `imgano train --config` reads: the data, the model, how thresholds are found, what the run records. */
export const RunConfig = strict('RunConfig', {
  /** A recipe of `imgano train --list-recipes`; its keys hold where this document says nothing. */
  recipe: withDefault(NonEmptyString, DEFAULT_RECIPE),
  seed: withDefault(Integer, 0),
  dataset: strict('Dataset', {
    /** A folder of good pictures, a folder in the MVTec layout, or a manifest (`.jsonl`). */
    root: NonEmptyString,
    category: withDefault(nullable(t.string), null),
    /** For models that compare every picture with a reference: a folder of pictures of the same names, or one picture for all. */
    reference_dir: withDefault(nullable(NonEmptyString), null),
    /**
     * For models that learn from labelled defects: a folder with one folder of pictures a kind of defect, and their masks in
     * `ground_truth/KIND/NAME_mask.*`. Test pictures do not belong there.
     */
    defects_dir: withDefault(nullable(NonEmptyString), null),
    /** For models that learn from pictures of other things as well: a folder of them, such as textures or photographs. */
    others_dir: withDefault(nullable(NonEmptyString), null),
    limit_train: withDefault(nullable(PositiveInteger), null),
    limit_test: withDefault(nullable(PositiveInteger), null),
  }),
  model: strict('Model', {
    name: NonEmptyString,
    model_kwargs: withDefault(t.UnknownRecord, {}),
    contamination: withDefault(nullable(Contamination), null),
  }),
  calibration: withDefault(CalibrationConfig, () => defaultsOf(CalibrationConfig)),
  adaptation: withDefault(Adaptation, () => defaultsOf(Adaptation)),
  prediction: withDefault(nullable(PredictionPolicy), null),
  /** Of the recipe `pretrain-backbone`. */
  pretrain: optional(PretrainConfig),
  defects: optional(DefectsConfig),
  output: withDefault(Output, () => defaultsOf(Output)),
});
export type RunConfig = t.TypeOf<typeof RunConfig>;
