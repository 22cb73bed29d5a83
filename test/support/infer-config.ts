import { examine } from '../../src/config/codec.js';
import { InferConfig } from '../../src/config/infer-config.js';

/** The smallest config of schema_version 2, with other keys laid over it. */
export function inferConfig(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema_version: 2,
    imgano_version: '0.4.0',
    model: { name: 'vision_pixel_gaussian_map' },
    checkpoint: { path: 'model', files: [] },
    threshold: 1,
    threshold_provenance: {
      ...{ method: 'quantile', value: 1, quantile: 0.995, source: 'fallback', contamination: null },
      ...{ split: 'held_out', calibration_count: 0, score_summary: null },
    },
    defects: {},
    ...over,
  };
}

/** With every default filled in. */
export function wholeInferConfig(): Record<string, unknown> {
  return InferConfig.encode(examine(InferConfig, inferConfig()).value as InferConfig) as unknown as Record<
    string,
    unknown
  >;
}
