import { ConfigError } from '../errors.js';
import {
  decode,
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
import { DefectsConfig } from './defects.js';
import { RelativePath } from './relative-path.js';
import { ImageThresholdProvenance, PixelThresholdProvenance } from './threshold.js';

export const INFER_CONFIG_VERSION = 2;

const HashedFile = strict('HashedFile', { path: RelativePath, sha256: Sha256, bytes: NonNegativeInteger });

/** External weights that the model was fitted on; the same bytes must be there to run it. */
const WeightsReference = strict('WeightsReference', {
  id: NonEmptyString,
  files: t.array(strict('WeightsFile', { sha256: Sha256, bytes: NonNegativeInteger })),
});

/** `infer_config.json`: what was trained, so that exactly this runs. */
export const InferConfig = strict('InferConfig', {
  schema_version: refine('schema version 2', t.number, (n) => n === INFER_CONFIG_VERSION),
  imgano_version: NonEmptyString,
  timestamp_utc: optional(NonEmptyString),
  category: withDefault(nullable(t.string), null),
  seed: withDefault(Integer, 0),
  model: strict('Model', {
    name: NonEmptyString,
    model_kwargs: withDefault(t.UnknownRecord, {}),
    weights: withDefault(t.array(WeightsReference), []),
  }),
  checkpoint: strict('Checkpoint', { path: RelativePath, files: t.array(HashedFile) }),
  adaptation: withDefault(strict('Adaptation', { save_maps: withDefault(t.boolean, false) }), { save_maps: false }),
  /** Where references that travel with the run lie: a folder, or one picture, below the run folder. */
  reference_dir: optional(RelativePath),
  threshold: nullable(FiniteNumber),
  threshold_provenance: nullable(ImageThresholdProvenance),
  /** The held-out scores that the threshold was read from, so that it can be re-fitted without the pictures. */
  calibration_scores: withDefault(t.array(FiniteNumber), []),
  defects: DefectsConfig,
  pixel_threshold_provenance: withDefault(nullable(PixelThresholdProvenance), null),
  split_fingerprint: optional(
    strict('SplitFingerprint', {
      schema_version: Integer,
      sha256: Sha256,
      train_count: NonNegativeInteger,
      calibration_count: NonNegativeInteger,
      method: oneOf(['pixels']),
    }),
  ),
});
export type InferConfig = t.TypeOf<typeof InferConfig>;

/**
 * Decodes an `infer_config.json`.
 *
 * @throws ConfigError with every problem and its path; a version that this package cannot run says what to do
 */
export function decodeInferConfig(value: unknown, where: string): InferConfig {
  const version =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>).schema_version : undefined;
  if (version === undefined || version === 1) {
    throw new ConfigError(
      `${where}: schema_version ${version ?? 'is absent, which means 1, and'} names a checkpoint of the Python system, which does not carry over; ` +
        'train again with `imgano train` on the same good pictures',
    );
  }
  if (typeof version === 'number' && version > INFER_CONFIG_VERSION) {
    throw new ConfigError(
      `${where}: schema_version ${version} is newer than the ${INFER_CONFIG_VERSION} that this version of imgano knows; update imgano`,
    );
  }
  return decode(InferConfig, value, where);
}
