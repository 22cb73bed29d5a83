import { defaultsOf } from './codec.js';
import { Adaptation } from './adaptation.js';
import { defaultDefects } from './defects.js';
import type { InferConfig } from './infer-config.js';
import type { LegacyInferConfig } from './legacy-infer-config.js';
import type { ImageThresholdProvenance } from './threshold.js';

/** An old config in the shape of the new one. Its `schema_version` stays 1, so that it runs with semantics 1. */
export function adoptLegacy(legacy: LegacyInferConfig): InferConfig {
  const { model, checkpoint, split_fingerprint: split, defects } = legacy;
  const value = defects?.pixel_threshold ?? null;
  return {
    schema_version: 1,
    imgano_version: `pyimgano ${legacy.pyimgano_version ?? '(unknown)'}`,
    ...(typeof legacy.timestamp_utc === 'string' ? { timestamp_utc: legacy.timestamp_utc } : {}),
    category: legacy.category,
    seed: 0,
    model: { name: model.name, model_kwargs: model.model_kwargs ?? {}, weights: [] },
    checkpoint: checkpoint === null ? null : { path: checkpoint.path, files: [] },
    adaptation: legacy.adaptation ?? defaultsOf(Adaptation),
    preprocessing: legacy.preprocessing,
    prediction: legacy.prediction,
    threshold: legacy.threshold,
    threshold_provenance: provenanceOf(legacy),
    calibration_scores: [],
    defects: defects ?? defaultDefects(),
    pixel_threshold_provenance: value === null ? null : { method: 'fixed', source: 'infer_config', value },
    ...(split === null ? {} : { split_fingerprint: { ...split, method: 'paths' as const } }),
    operator_contract: legacy.operator_contract,
    postprocess: legacy.postprocess,
    artifact_quality: legacy.artifact_quality,
  };
}

function provenanceOf({ threshold, threshold_provenance: from }: LegacyInferConfig): ImageThresholdProvenance | null {
  if (threshold === null || from === null || from.method !== 'quantile') return null;
  const { quantile, source, contamination, calibration_count, score_summary } = from;
  return { method: 'quantile', quantile, source, contamination, split: 'unknown', calibration_count, score_summary };
}
