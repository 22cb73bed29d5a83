import type { InferConfig } from '../../config/infer-config.js';
import type { DefectsPlan } from '../engine.js';

/** The settings that shaped a record beside the model; the same on every line of a run. */
export function postprocessSummary(
  config: InferConfig,
  runtime: { maps: boolean; mapsRequested: boolean; defects: DefectsPlan | null },
): Record<string, unknown> {
  const { defects } = config;
  const { postprocess } = config.adaptation;
  const gate = config.prediction?.reject_confidence_below ?? null;
  const explicit = config.pixel_threshold_provenance?.source === 'explicit';
  return {
    has_defects_payload: true,
    defects_payload_source: 'infer_config',
    pixel_threshold_in_payload: defects.pixel_threshold,
    pixel_threshold_strategy: defects.pixel_threshold_strategy,
    has_prediction_policy: gate !== null,
    prediction_policy: gate === null ? null : config.prediction,
    has_tiling: false,
    tiling_summary: null,
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
