import { type DefectsConfig } from '../config/defects.js';
import { type Size } from '../config/size.js';
import { ConfigError, ShapeError } from '../errors.js';
import { type Tensor2D } from '../runtime/tf.js';
import { checkDefectsConfig } from './check-config.js';
import { type Draft } from './draft.js';
import { bytesOfRuns } from './labelling/bytes-of-runs.js';
import { selectComponents } from './labelling/select-components.js';
import { emptyRuns, type Runs } from './labelling/runs.js';
import { resolveLevels } from './levels.js';
import { DeviceMaps } from './map-stages/device-maps.js';
import { type MapStats } from './map-stages/summarise.js';
import { notesOf } from './notes.js';
import { PIPELINES } from './pipeline.js';
import { type Region } from './region.js';
import { roiOf, type RoiMask } from './roi.js';
import { StageRunner } from './stage-runner.js';
import { type Semantics, type Stage, type StageContext } from './stage.js';
import { Trace, type TraceEntry } from './trace.js';

export interface DefectsRequest {
  readonly config: DefectsConfig;
  /** A pixel is foreground at or above this, compared in float32. */
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
  readonly regions: readonly Region[];
  /** 0 and 1, row by row. In semantics 2 exactly the pixels of `regions`. */
  readonly mask: Size & { readonly data: Uint8Array };
  /** Of the untouched map, inside the region of interest. */
  readonly map_stats_roi: MapStats;
  /** What the config says that was applied otherwise; only where there is such a thing. */
  readonly notes?: readonly string[];
  /** Only with `trace`. */
  readonly trace?: readonly TraceEntry[];
}

/**
 * Finds the defect regions of an anomaly map.
 *
 * @param map `[h, w]` float32, borrowed
 * @throws ShapeError for a map that is not 2-D, or has no pixels
 * @throws DataError for a map with a value that is not finite
 * @throws ConfigError for a threshold that is not finite, and for keys that do not fit together
 */
export async function findDefects(map: Tensor2D, request: DefectsRequest): Promise<DefectsResult> {
  checkRequest(map, request);
  const { config, pixelThreshold, semantics } = request;
  const [height, width] = map.shape;
  const size = { height, width };
  const levels = resolveLevels(config, pixelThreshold, semantics);
  const roi = roiOf(config, size, request.roiMask);
  const trace = config.trace ? new Trace() : null;
  let kept: Runs | null = null;
  const context: StageContext = {
    config,
    semantics,
    levels,
    size,
    roi,
    imageSize: request.imageSize,
    drop: (dropped) => trace?.drop(dropped()),
    keepMask: (runs) => (kept = runs),
  };
  const device = new DeviceMaps(map, size);
  try {
    const runner = new StageRunner(device, context);
    const run = async (stage: Stage): Promise<void> => {
      if (!stage.active(context)) return;
      const apply = () => runner.apply(stage);
      await (trace === null ? apply() : trace.around(stage.name, runner, apply));
    };
    for (const stage of PIPELINES[semantics].map) await run(stage);
    const { stats, reached } = await device.summary(roi, levels.low);
    // Below the lowest level everywhere: nothing to read back, and nothing that a stage could find.
    if (!reached) runner.clear();
    else for (const stage of PIPELINES[semantics].mask) await run(stage);
    const drafts = await runner.drafts();
    const notes = notesOf(config, levels, semantics);
    return {
      space: { type: 'anomaly_map', shape: [height, width] },
      pixel_threshold: pixelThreshold,
      ...(levels.high === null ? {} : { hysteresis: { low: levels.low, high: levels.high } }),
      regions: drafts.map(({ region }) => region),
      mask: { ...size, data: bytesOfRuns(kept ?? unionOf(drafts, size)) },
      map_stats_roi: stats,
      ...(notes.length === 0 ? {} : { notes }),
      ...(trace === null ? {} : { trace: trace.entries }),
    };
  } finally {
    device.dispose();
  }
}

function checkRequest(map: Tensor2D, { config, pixelThreshold, semantics, imageSize }: DefectsRequest): void {
  if (map.shape.length !== 2 || map.size === 0) {
    const shape = `[${(map.shape as number[]).join(', ')}]`;
    throw new ShapeError(`findDefects: expected a map [height, width] with one pixel or more, got ${shape}`);
  }
  if (!Number.isFinite(pixelThreshold)) {
    throw new ConfigError(`defects: expected a finite pixel threshold, got ${pixelThreshold}; calibrate or give one`);
  }
  if (config.image_space && imageSize === undefined) {
    throw new ConfigError('defects.image_space: the size of the picture was not given with the map; switch it off');
  }
  checkDefectsConfig(config, semantics);
}

function unionOf(drafts: readonly Draft[], size: Size): Runs {
  if (drafts.length === 0) return emptyRuns(size);
  const { components } = drafts[0].blob;
  const keep = new Uint8Array(components.count);
  for (const { blob } of drafts) for (const label of blob.parts) keep[label] = 1;
  return selectComponents(components, keep).runs;
}
