import type { DefectsConfig } from '../../config/defects.js';
import type { Size } from '../../config/size.js';
import { insideFrame } from '../inside-frame.js';
import { intersectRuns } from '../labelling/intersect-runs.js';
import type { Runs } from '../labelling/runs.js';
import { DeviceMaps } from './device-maps.js';
import { PIPELINES } from '../pipeline.js';
import { roiOf, type RoiMask } from '../roi.js';
import type { StageContext } from '../stage.js';
import { tf } from '../../runtime/tf.js';

/** A map as the defects stages see it when they threshold it. */
export interface StageScores extends Size {
  /** The smoothed map, row by row; owned by the caller. */
  readonly data: Float32Array;
  /** Where a region can lie: inside the border and the region of interest. */
  readonly scope: Runs;
}

/** Runs the map stages of semantics 2 up to the threshold, and no further. */
export async function stageScores(
  map: Size & { readonly data: Float32Array },
  config: DefectsConfig,
  roiMask?: RoiMask,
): Promise<StageScores> {
  const { height, width } = map;
  const size = { height, width };
  const roi = roiOf(config, size, roiMask);
  const frame = insideFrame(size, config.border_ignore_px);
  const scope = roi === null ? frame : intersectRuns(frame, roi);
  const context: StageContext = {
    ...{ config, semantics: 2, size, roi, drop: () => {}, keepMask: () => {} },
    levels: { threshold: 0, low: 0, high: null, minScoreMax: null, minScoreMean: null },
  };
  const raw = tf.tensor2d(map.data, [height, width]);
  const device = new DeviceMaps(raw, size);
  try {
    for (const stage of PIPELINES[2].map) {
      if (stage.name !== 'threshold' && stage.active(context)) stage.apply(device, context);
    }
    const scores = await device.readScores(insideFrame(size, 0));
    return { ...size, data: scores.slice(), scope };
  } finally {
    device.dispose();
    raw.dispose();
  }
}
