import type { InferConfig } from '../../config/infer-config.js';
import type { TileRule } from '../../config/tile-rule.js';
import type { DefectsPlan } from '../engine.js';
import { tileRuleOf } from '../tiles/tile-rule-of.js';

/** The settings that shaped a record beside the model; the same on every line of a run. */
export function postprocessSummary(
  config: InferConfig,
  runtime: { maps: boolean; mapsRequested: boolean; defects: DefectsPlan | null },
): Record<string, unknown> {
  const { defects } = config;
  const { postprocess } = config.adaptation;
  const rule = tileRuleOf(config);
  const gate = config.prediction?.reject_confidence_below ?? null;
  const explicit = config.pixel_threshold_provenance?.source === 'explicit';
  return {
    has_defects_payload: true,
    defects_payload_source: 'infer_config',
    pixel_threshold_in_payload: defects.pixel_threshold,
    pixel_threshold_strategy: defects.pixel_threshold_strategy,
    has_prediction_policy: gate !== null,
    prediction_policy: gate === null ? null : config.prediction,
    has_tiling: rule !== null,
    tiling_summary: rule === null ? null : tilingSummary(rule),
    has_map_postprocess: postprocess !== null,
    map_postprocess_summary: postprocess,
    maps_enabled_by_default: config.adaptation.save_maps || postprocess !== null,
    maps_requested: runtime.mapsRequested,
    maps_enabled: runtime.maps,
    runtime_postprocess_applied: postprocess !== null && runtime.maps,
    runtime_postprocess_source: postprocess !== null && runtime.maps ? 'infer_config' : null,
    defects_enabled: runtime.defects !== null,
    pixel_threshold_resolved: runtime.defects?.pixelThreshold ?? null,
    pixel_threshold_source: runtime.defects === null ? null : explicit ? 'explicit' : 'infer_config',
  };
}

/** The halo only where there is one: it is an addition to the fields of the Python system. */
function tilingSummary({ size, stride, halo, scoreReduce, scoreTopk, mapReduce }: TileRule): Record<string, unknown> {
  return {
    ...{ tile_size: size, stride, score_reduce: scoreReduce, score_topk: scoreTopk, map_reduce: mapReduce },
    ...(halo === 0 ? {} : { halo }),
  };
}
