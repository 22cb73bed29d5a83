import { CalibrationCard } from '../../config/calibration-card.js';
import type { InferConfig } from '../../config/infer-config.js';
import { packageVersion } from '../../runtime/package-version.js';

/** What the config does not say of a run. */
export interface CardContext {
  readonly runDir: string;
  readonly dataset: string;
  readonly recipe: string;
}

/** The thresholds of a run on one page. @param config of a fresh run, whose thresholds are calibrated */
export function calibrationCard(config: InferConfig, { runDir, dataset, recipe }: CardContext): CalibrationCard {
  const { threshold, threshold_provenance: provenance, defects, pixel_threshold_provenance: pixel } = config;
  const { split_fingerprint, prediction, category, model, seed } = config;
  return CalibrationCard.encode({
    schema_version: 1,
    imgano_version: packageVersion,
    run_dir: runDir,
    ...{ dataset, category, model: model.name, recipe, seed },
    split_fingerprint: split_fingerprint as CalibrationCard['split_fingerprint'],
    prediction_policy: prediction,
    image_threshold: {
      threshold: threshold as number,
      provenance: provenance as CalibrationCard['image_threshold']['provenance'],
      score_distribution: provenance?.score_summary ?? null,
    },
    pixel_threshold:
      pixel === null || defects.pixel_threshold === null
        ? null
        : { threshold: defects.pixel_threshold, provenance: pixel },
    threshold_context: {
      scope: 'image',
      category_count: 1,
      label_rule: 'a picture is anomalous when score > threshold, a pixel is defective when value >= threshold',
    },
  });
}
