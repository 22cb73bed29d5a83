import {
  defaultsOf,
  FiniteNumber,
  Integer,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  optional,
  refine,
  Sha256,
  strict,
  t,
  withDefault,
} from './codec.js';
import { Adaptation } from './adaptation.js';
import { ArtifactQuality, OperatorContract, PostprocessContract } from './contracts.js';
import { DefectsConfig } from './defects.js';
import { PredictionPolicy } from './prediction.js';
import { Preprocessing } from './preprocessing.js';
import { RelativePath } from './relative-path.js';
import { ImageThresholdProvenance, PixelThresholdProvenance } from './threshold.js';

export const INFER_CONFIG_VERSION = 2;

const HashedFile = strict('HashedFile', { path: RelativePath, sha256: Sha256, bytes: NonNegativeInteger });

/** External weights that the model was fitted on; the same bytes must be there to run it. */
const WeightsReference = strict('WeightsReference', {
  id: NonEmptyString,
  files: t.array(strict('WeightsFile', { sha256: Sha256, bytes: NonNegativeInteger })),
});

/** What the pictures of a run were; `pixels`: over what was decoded, so that the same pictures elsewhere give the same hash. */
export const SplitFingerprint = strict('SplitFingerprint', {
  schema_version: Integer,
  sha256: Sha256,
  train_count: NonNegativeInteger,
  calibration_count: NonNegativeInteger,
  test_count: optional(NonNegativeInteger),
  input_format: optional(nullable(t.string)),
  method: oneOf(['pixels', 'paths']),
});

/** `infer_config.json`: what was trained, so that exactly this runs. The one codec that exports, loads and validates it. */
export const InferConfig = strict('InferConfig', {
  schema_version: refine('schema version 2', t.number, (n) => n === INFER_CONFIG_VERSION, {
    const: INFER_CONFIG_VERSION,
  }),
  imgano_version: NonEmptyString,
  timestamp_utc: optional(NonEmptyString),
  /** The run folder that the config came from, as it was called there. */
  from_run: optional(nullable(t.string)),
  category: withDefault(nullable(t.string), null),
  seed: withDefault(Integer, 0),
  model: strict('Model', {
    name: NonEmptyString,
    model_kwargs: withDefault(t.UnknownRecord, {}),
    weights: withDefault(t.array(WeightsReference), []),
  }),
  /** null for a model that learns nothing. */
  checkpoint: nullable(strict('Checkpoint', { path: RelativePath, files: t.array(HashedFile) })),
  adaptation: withDefault(Adaptation, () => defaultsOf(Adaptation)),
  preprocessing: withDefault(nullable(Preprocessing), null),
  /** Where references that travel with the run lie: a folder, or one picture, below the run folder. */
  reference_dir: optional(RelativePath),
  prediction: withDefault(nullable(PredictionPolicy), null),
  threshold: nullable(FiniteNumber),
  threshold_provenance: nullable(ImageThresholdProvenance),
  /** The held-out scores that the threshold was read from, so that it can be re-fitted without the pictures. */
  calibration_scores: withDefault(t.array(FiniteNumber), []),
  /** Beginnings of the sha256 of the pictures that were used: they must not be reported on. */
  picture_hashes: optional(strict('PictureHashes', { fit: t.array(t.string), calibration: t.array(t.string) })),
  defects: DefectsConfig,
  pixel_threshold_provenance: withDefault(nullable(PixelThresholdProvenance), null),
  split_fingerprint: optional(nullable(SplitFingerprint)),
  operator_contract: optional(nullable(OperatorContract)),
  postprocess: optional(nullable(PostprocessContract)),
  artifact_quality: optional(nullable(ArtifactQuality)),
});
/** As it runs: one of schema_version 0 or 1 that was brought to this shape keeps a 1, which chooses its semantics. */
export type InferConfig = t.TypeOf<typeof InferConfig>;
