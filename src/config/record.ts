import {
  FiniteNumber,
  Integer,
  NonEmptyString,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  optional,
  refine,
  strict,
  t,
  Unit,
} from './codec.js';
import { Tiling } from './tiling.js';
import { MapPostprocess } from './map-postprocess.js';
import { PredictionPolicy } from './prediction.js';
import { PixelThresholdProvenance } from './threshold.js';

const list = (name: string, length: number) =>
  refine(name, t.array(FiniteNumber), (numbers) => numbers.length === length, { minItems: length, maxItems: length });
const Box = list('box [x1, y1, x2, y2], corners included', 4);
const Shape = list('shape [height, width]', 2);

const DecisionSummaryCodec = strict('DecisionSummary', {
  decision: oneOf(['normal', 'anomalous', 'rejected_low_confidence', 'score_only']),
  threshold_applied: nullable(FiniteNumber),
  has_confidence: t.boolean,
  rejected: t.boolean,
  requires_review: t.boolean,
  review_reason: oneOf(['none', 'anomaly_label', 'low_confidence', 'unthresholded_score']),
});

const PostprocessSummary = strict('PostprocessSummary', {
  has_defects_payload: t.boolean,
  defects_payload_source: t.string,
  pixel_threshold_in_payload: nullable(FiniteNumber),
  pixel_threshold_strategy: t.string,
  has_prediction_policy: t.boolean,
  prediction_policy: nullable(PredictionPolicy),
  has_tiling: t.boolean,
  tiling_summary: nullable(Tiling),
  has_map_postprocess: t.boolean,
  map_postprocess_summary: nullable(MapPostprocess),
  maps_enabled_by_default: t.boolean,
  maps_requested: t.boolean,
  maps_enabled: t.boolean,
  runtime_postprocess_applied: t.boolean,
  runtime_postprocess_source: nullable(t.string),
  defects_enabled: t.boolean,
  pixel_threshold_resolved: nullable(FiniteNumber),
  pixel_threshold_source: nullable(t.string),
});

const RegionCodec = strict('Region', {
  id: NonNegativeInteger,
  bbox_xyxy: Box,
  area: NonNegativeNumber,
  centroid_xy: list('point [x, y]', 2),
  bbox_area: NonNegativeNumber,
  fill_ratio: FiniteNumber,
  aspect_ratio: FiniteNumber,
  solidity: optional(nullable(FiniteNumber)),
  score_max: FiniteNumber,
  score_mean: FiniteNumber,
  merged_from_ids: optional(t.array(NonNegativeInteger)),
  bbox_xyxy_image: optional(Box),
  perimeter: optional(FiniteNumber),
  compactness: optional(FiniteNumber),
  orientation_deg: optional(nullable(FiniteNumber)),
  major_axis: optional(FiniteNumber),
  minor_axis: optional(FiniteNumber),
  border_distance: optional(FiniteNumber),
  outline: optional(t.array(t.array(list('point [x, y]', 2)))),
});

const TraceCodec = strict('Trace', {
  stage: NonEmptyString,
  pixels_before: NonNegativeInteger,
  pixels_after: NonNegativeInteger,
  regions_before: NonNegativeInteger,
  regions_after: NonNegativeInteger,
  dropped: t.array(
    strict('Dropped', {
      bbox_xyxy: Box,
      area: NonNegativeNumber,
      score_max: FiniteNumber,
      rule: NonEmptyString,
      value: nullable(FiniteNumber),
      limit: FiniteNumber,
    }),
  ),
});

const Defects = strict('Defects', {
  space: strict('Space', { type: oneOf(['anomaly_map']), shape: Shape }),
  pixel_threshold: FiniteNumber,
  pixel_threshold_provenance: nullable(PixelThresholdProvenance),
  hysteresis: optional(strict('Levels', { low: FiniteNumber, high: FiniteNumber })),
  mask: strict('Mask', { shape: Shape, dtype: oneOf(['uint8']), encoding: t.string, path: optional(t.string) }),
  regions: t.array(RegionCodec),
  map_stats_roi: strict('MapStats', { max: FiniteNumber, mean: FiniteNumber }),
  notes: optional(t.array(t.string)),
  trace: optional(t.array(TraceCodec)),
});

const Success = strict('InspectionRecord', {
  index: NonNegativeInteger,
  input: t.string,
  score: FiniteNumber,
  label: optional(Integer),
  label_confidence: optional(Unit),
  rejected: optional(t.boolean),
  decision_summary: optional(DecisionSummaryCodec),
  postprocess_summary: PostprocessSummary,
  inspected_bbox_xyxy: optional(Box),
  anomaly_map: optional(strict('AnomalyMap', { shape: Shape, dtype: oneOf(['float32']), path: optional(t.string) })),
  defects: optional(Defects),
  status: optional(oneOf(['ok'])),
});

const Failure = strict('ErrorRecord', {
  index: NonNegativeInteger,
  input: t.string,
  status: oneOf(['error']),
  error: strict('RecordedError', {
    type: NonEmptyString,
    message: NonEmptyString,
    stage: oneOf(['infer', 'artifacts']),
  }),
});

/** One line of `--save-jsonl`. The schema in `docs/schema` is made from this, and tests hold every record to it. */
export const RecordLine = t.union([Success, Failure], 'record or error record');
