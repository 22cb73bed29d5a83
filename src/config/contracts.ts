import { FiniteNumber, Integer, nullable, oneOf, optional, refine, strict, t } from './codec.js';
import { MapPostprocess } from './map-postprocess.js';

const VersionOne = refine('schema version 1', t.number, (n) => n === 1, { const: 1 });
const ScoreOrder = oneOf(['higher_is_more_anomalous']);

const LabelEncoding = strict('LabelEncoding', {
  normal: Integer,
  anomalous: Integer,
  rejected: optional(Integer),
});

const ReviewPolicy = strict('ReviewPolicy', {
  review_on: optional(t.array(t.string)),
  confidence_gate_enabled: optional(t.boolean),
  reject_confidence_below: optional(nullable(FiniteNumber)),
  reject_label: optional(nullable(Integer)),
});

/** `operator_contract`: what the people at the line are told. It repeats other sections and has to agree with them. */
export const OperatorContract = strict('OperatorContract', {
  schema_version: VersionOne,
  review_policy: ReviewPolicy,
  runtime_policy: strict('RuntimePolicy', {
    defects_enabled: optional(t.boolean),
    mask_format: optional(t.string),
    max_regions: optional(nullable(Integer)),
    max_regions_sort_by: optional(t.string),
  }),
  output_contract: strict('OutputContract', {
    requires_image_score: optional(t.boolean),
    supports_pixel_outputs: optional(t.boolean),
    supports_reject_label: optional(t.boolean),
    score_order: optional(ScoreOrder),
    confidence_semantics: optional(t.string),
    confidence_range: optional(t.array(FiniteNumber)),
    decision_values: optional(t.array(t.string)),
    label_encoding: optional(LabelEncoding),
  }),
});

/** `postprocess`: the thresholds in one place. In schema_version 1 it beats other sections; in 2 it has to agree with them. */
export const PostprocessContract = strict('PostprocessContract', {
  schema_version: optional(VersionOne),
  threshold_scope: optional(oneOf(['image', 'per_category', 'pixel'])),
  image_threshold: optional(
    nullable(
      strict('ImageThreshold', {
        threshold: optional(nullable(FiniteNumber)),
        score_order: optional(ScoreOrder),
        provenance: optional(nullable(t.UnknownRecord)),
      }),
    ),
  ),
  pixel_threshold: optional(
    nullable(
      strict('PixelThreshold', {
        enabled: optional(t.boolean),
        strategy: optional(t.string),
        threshold: optional(nullable(FiniteNumber)),
        normal_quantile: optional(nullable(FiniteNumber)),
      }),
    ),
  ),
  map_postprocess: optional(nullable(MapPostprocess)),
  review_policy: optional(nullable(ReviewPolicy)),
  label_encoding: optional(nullable(LabelEncoding)),
});

/** `artifact_quality`: what an export claims about itself. */
export const ArtifactQuality = strict('ArtifactQuality', {
  status: oneOf(['reproducible', 'audited', 'deployable']),
  threshold_scope: oneOf(['image', 'per_category', 'pixel']),
  has_threshold_provenance: optional(t.boolean),
  has_split_fingerprint: optional(t.boolean),
  has_prediction_policy: optional(t.boolean),
  has_operator_contract: optional(t.boolean),
  has_postprocess_contract: optional(t.boolean),
  has_deploy_bundle: optional(t.boolean),
  has_bundle_manifest: optional(t.boolean),
  required_bundle_artifacts_present: optional(t.boolean),
  bundle_artifact_roles: optional(t.UnknownRecord),
  /** Documents beside the config: role to path. */
  audit_refs: optional(t.record(t.string, t.string)),
  deploy_refs: optional(t.record(t.string, t.string)),
});
