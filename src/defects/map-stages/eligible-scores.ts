import { type DefectsConfig } from '../../config/defects.js';
import { type Tensor2D } from '../../runtime/tf.js';
import { insideFrame } from '../inside-frame.js';
import { intersectRuns } from '../labelling/intersect-runs.js';
import { pixelCount } from '../labelling/runs.js';
import { PIPELINES } from '../pipeline.js';
import { roiOf, type RoiMask } from '../roi.js';
import { type Semantics } from '../stage.js';
import { DeviceMaps } from './device-maps.js';

/**
 * The scores that the stages would threshold: of the smoothed map, inside the region of interest, without the border frame. A
 * pixel threshold that is calibrated on them means what it says when the stages apply it.
 *
 * @param map `[h, w]` float32, borrowed
 * @returns one value for every pixel that can be part of a region, in reading order
 * @throws DataError for a map with a value that is not finite
 */
export async function eligibleScores(
  map: Tensor2D,
  { config, semantics, roiMask }: { config: DefectsConfig; semantics: Semantics; roiMask?: RoiMask },
): Promise<Float32Array> {
  const [height, width] = map.shape;
  const size = { height, width };
  const inside = insideFrame(size, Math.max(config.border_ignore_px, 0));
  const roi = roiOf(config, size, roiMask);
  const eligible = roi === null ? inside : intersectRuns(inside, roi);
  const device = new DeviceMaps(map, size);
  try {
    for (const stage of PIPELINES[semantics].map) if (stage.active({ config })) stage.apply(device, { config });
    await device.summary(null);
    const scores = await device.readScores(eligible);
    const out = new Float32Array(pixelCount(eligible));
    let at = 0;
    for (let y = 0; y < height; y++) {
      for (let i = eligible.rowStart[y]; i < eligible.rowStart[y + 1]; i++) {
        out.set(scores.subarray(y * width + eligible.start[i], y * width + eligible.end[i]), at);
        at += eligible.end[i] - eligible.start[i];
      }
    }
    return out;
  } finally {
    device.dispose();
  }
}
