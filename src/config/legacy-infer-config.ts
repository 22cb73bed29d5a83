import {
  FiniteNumber,
  Integer,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  OpenUnit,
  optional,
  refine,
  Sha256,
  strict,
  t,
  Unit,
  withDefault,
} from './codec.js';
import { ArtifactQuality, OperatorContract, PostprocessContract } from './contracts.js';
import { Adaptation } from './adaptation.js';
import { DefectsConfig } from './defects.js';
import { PredictionPolicy } from './prediction.js';
import { Preprocessing } from './preprocessing.js';
import { ScoreSummary } from './threshold.js';

/** How the Python system says where its image threshold came from. */
const Provenance = strict('LegacyThresholdProvenance', {
  method: withDefault(t.string, 'quantile'),
  quantile: withDefault(nullable(OpenUnit), null),
  source: withDefault(oneOf(['explicit', 'contamination', 'fallback']), 'explicit'),
  contamination: withDefault(nullable(Unit), null),
  calibration_count: withDefault(NonNegativeInteger, 0),
  score_summary: withDefault(nullable(ScoreSummary), null),
});

const Fingerprint = strict('LegacySplitFingerprint', {
  schema_version: withDefault(Integer, 1),
  sha256: Sha256,
  train_count: withDefault(NonNegativeInteger, 0),
  calibration_count: withDefault(NonNegativeInteger, 0),
  test_count: optional(NonNegativeInteger),
  input_format: optional(nullable(t.string)),
});

/** What one category of a config may have of its own. */
const scoped = {
  threshold: withDefault(nullable(FiniteNumber), null),
  threshold_provenance: withDefault(nullable(Provenance), null),
  checkpoint: withDefault(nullable(strict('LegacyCheckpoint', { path: NonEmptyString })), null),
  split_fingerprint: withDefault(nullable(Fingerprint), null),
};
export const CATEGORY_KEYS = Object.keys(scoped);

/**
 * `infer_config.json` as the Python system writes it (schema_version absent or 1). The sections that both systems have are read by the
 * same codecs.
 */
export const LegacyInferConfig = strict('LegacyInferConfig', {
  schema_version: withDefault(
    refine('whole number up to 1', t.number, (n) => Number.isSafeInteger(n) && n <= 1, { type: 'integer', maximum: 1 }),
    1,
  ),
  from_run: optional(nullable(t.string)),
  category: withDefault(nullable(t.string), null),
  per_category: optional(nullable(t.UnknownRecord)),
  model: strict('LegacyModel', {
    name: NonEmptyString,
    preset: optional(nullable(t.string)),
    device: optional(nullable(t.string)),
    pretrained: optional(nullable(t.boolean)),
    contamination: optional(nullable(FiniteNumber)),
    model_kwargs: withDefault(nullable(t.UnknownRecord), null),
    checkpoint_path: withDefault(nullable(t.string), null),
  }),
  adaptation: withDefault(nullable(Adaptation), null),
  preprocessing: withDefault(nullable(Preprocessing), null),
  defects: withDefault(nullable(DefectsConfig), null),
  prediction: withDefault(nullable(PredictionPolicy), null),
  operator_contract: optional(nullable(OperatorContract)),
  postprocess: optional(nullable(PostprocessContract)),
  artifact_quality: optional(nullable(ArtifactQuality)),
  ...scoped,
  timestamp_utc: optional(nullable(t.string)),
  pyimgano_version: optional(nullable(t.string)),
});
export type LegacyInferConfig = t.TypeOf<typeof LegacyInferConfig>;
