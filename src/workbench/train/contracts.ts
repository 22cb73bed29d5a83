import type { InferConfig } from '../../config/infer-config.js';
import { REJECT_LABEL } from '../../config/prediction.js';
import { RUN_FILES } from './run-files.js';

type Contracts = Required<Pick<InferConfig, 'operator_contract' | 'postprocess' | 'artifact_quality'>>;

/** What an exported config tells the people at the line: the same numbers once more, in the words of a contract. */
export function contractsOf(config: InferConfig): { [K in keyof Contracts]: NonNullable<Contracts[K]> } {
  const { defects, prediction } = config;
  const gate = prediction?.reject_confidence_below ?? null;
  const label = prediction?.reject_label ?? null;
  const policy = {
    review_on: ['anomalous', 'rejected_low_confidence'],
    confidence_gate_enabled: gate !== null,
    reject_confidence_below: gate,
    reject_label: label,
  };
  const encoding = { normal: 0, anomalous: 1, ...(gate === null ? {} : { rejected: label ?? REJECT_LABEL }) };
  const order = 'higher_is_more_anomalous' as const;
  const maps = defects.pixel_threshold !== null;
  return {
    operator_contract: {
      schema_version: 1,
      review_policy: policy,
      runtime_policy: {
        defects_enabled: defects.enabled,
        mask_format: defects.mask_format,
        max_regions: defects.max_regions,
        max_regions_sort_by: defects.max_regions_sort_by,
      },
      output_contract: {
        requires_image_score: true,
        supports_pixel_outputs: maps,
        supports_reject_label: gate !== null,
        score_order: order,
        confidence_semantics: 'predicted_label_confidence',
        confidence_range: [0, 1],
        decision_values: ['normal', 'anomalous', ...(gate === null ? [] : ['rejected_low_confidence'])],
        label_encoding: encoding,
      },
    },
    postprocess: {
      schema_version: 1,
      threshold_scope: 'image',
      image_threshold: {
        threshold: config.threshold,
        score_order: order,
        provenance: config.threshold_provenance as unknown as Record<string, unknown>,
      },
      pixel_threshold: {
        enabled: defects.enabled,
        strategy: defects.pixel_threshold_strategy,
        threshold: defects.pixel_threshold,
        normal_quantile: defects.pixel_normal_quantile,
      },
      map_postprocess: null,
      review_policy: policy,
      label_encoding: encoding,
    },
    artifact_quality: {
      status: 'audited',
      threshold_scope: 'image',
      has_threshold_provenance: config.threshold_provenance !== null,
      has_split_fingerprint: (config.split_fingerprint ?? null) !== null,
      has_prediction_policy: prediction !== null,
      has_operator_contract: true,
      has_postprocess_contract: true,
      audit_refs: { calibration_card: RUN_FILES.calibrationCard, operator_contract: RUN_FILES.operatorContract },
    },
  };
}
