import { type DefectsConfig } from '../config/defects.js';
import { type Size } from '../config/size.js';
import { ShapeError } from '../errors.js';
import { type Tensor2D } from '../runtime/tf.js';
import { bytesOfRuns } from './labelling/bytes-of-runs.js';
import { selectComponents } from './labelling/select-components.js';
import { emptyRuns, type Runs } from './labelling/runs.js';
import { resolveLevels } from './levels.js';
import { DeviceMaps, type MapStats } from './map-stages/device-maps.js';
import { PIPELINES } from './pipeline.js';
import { type Region } from './region.js';
import { roiOf, type RoiMask } from './roi.js';
import { StageRunner } from './run-stages.js';
import { type Draft, type Semantics, type StageContext } from './stage.js';
import { type TraceEntry } from './trace.js';

export interface DefectsRequest {
  readonly config: DefectsConfig;
  /** A pixel is foreground at or above this. */
  readonly pixelThreshold: number;
  readonly semantics: Semantics;
  /** The size of the picture that the map belongs to; needed for `image_space`. */
  readonly imageSize?: Size;
  /** The decoded picture of `roi_mask_path`. */
  readonly roiMask?: RoiMask;
}

export interface DefectsResult {
  readonly space: { readonly type: 'anomaly_map'; readonly shape: readonly [height: number, width: number] };
  readonly pixel_threshold: number;
  /** The levels that were applied; only with hysteresis. */
  readonly hysteresis?: { readonly low: number; readonly high: number };
  readonly regions: Region[];
  /** 0 and 1, row by row. */
  readonly mask: Size & { readonly data: Uint8Array };
  /** Of the untouched map, inside the region of interest. */
  readonly map_stats_roi: MapStats;
  readonly trace?: TraceEntry[];
}

/**
 * Finds the defect regions of an anomaly map.
 *
 * @param map `[h, w]` float32, borrowed
 * @throws ShapeError for a map that is not 2-D or empty
 * @throws DataError for a map with a value that is not finite
 * @throws ConfigError for a config whose parts do not fit together
 */
export async function findDefects(map: Tensor2D, request: DefectsRequest): Promise<DefectsResult> {
  const { config, pixelThreshold, semantics } = request;
  if (map.shape.length !== 2 || map.size === 0) {
    throw new ShapeError(`findDefects: expected a map [height, width] with pixels, got [${map.shape.join(', ')}]`);
  }
  const [height, width] = map.shape;
  const size = { height, width };
  const levels = resolveLevels(config, pixelThreshold, semantics);
  const roi = roiOf(config, size, request.roiMask);
  let kept: Runs | null = null;
  const context: StageContext = {
    ...{ config, semantics, levels, size, roi, eligible: roi, imageSize: request.imageSize },
    drop: () => undefined,
    keepMask: (runs) => (kept = runs),
  };
  const device = new DeviceMaps(map, size);
  try {
    const runner = new StageRunner(device, context);
    for (const stage of PIPELINES[semantics]) if (stage.active(context)) await runner.apply(stage);
    const drafts = await runner.drafts();
    const { stats } = await device.summary(roi);
    return {
      space: { type: 'anomaly_map', shape: [height, width] },
      pixel_threshold: pixelThreshold,
      ...(levels.high === null ? {} : { hysteresis: { low: levels.low, high: levels.high } }),
      regions: drafts.map(({ region }) => region),
      mask: { ...size, data: bytesOfRuns(kept ?? unionOf(drafts, size)) },
      map_stats_roi: stats,
    };
  } finally {
    device.dispose();
  }
}

function unionOf(drafts: readonly Draft[], size: Size): Runs {
  if (drafts.length === 0) return emptyRuns(size);
  const { components } = drafts[0].blob;
  const keep = new Uint8Array(components.count);
  for (const { blob } of drafts) for (const label of blob.parts) keep[label] = 1;
  return selectComponents(components, keep).runs;
}
