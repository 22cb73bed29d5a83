import { type DefectsConfig } from '../../config/defects.js';
import { ConfigError } from '../../errors.js';
import { boxBlur } from '../../ops/box.js';
import { gaussianBlur } from '../../ops/gaussian.js';
import { medianBlur } from '../../ops/median.js';
import { type DeviceStage } from '../stage.js';

/** Filters the map before it is thresholded. Border modes: median repeats the edge; gaussian and box reflect without it. */
export const smooth: DeviceStage = {
  name: 'map_smoothing',
  on: 'map',
  active: ({ config }) => isSmoothing(config.map_smoothing),
  apply: (device, { config, semantics }) => {
    const { method, ksize, sigma } = config.map_smoothing;
    if (method === 'median') device.replaceMap(medianBlur(device.map, medianSize(ksize, semantics)));
    else if (method === 'gaussian') device.replaceMap(gaussianBlur(device.map, { ksize, sigma }));
    else device.replaceMap(boxBlur(device.map, ksize));
  },
};

function isSmoothing({ method, ksize, sigma }: DefectsConfig['map_smoothing']): boolean {
  if (method === 'none') return false;
  return method === 'gaussian' ? ksize > 0 || sigma > 0 : ksize > 1;
}

/** Semantics 1 takes the next odd size and, as OpenCV for float maps, no more than 5. */
function medianSize(ksize: number, semantics: 1 | 2): number {
  if (semantics === 1) {
    const size = ksize % 2 === 0 ? ksize + 1 : ksize;
    if (size <= 5) return size;
    throw new ConfigError(
      `defects.map_smoothing.ksize: with schema_version 1 a median takes 3 or 5, as the Python system did, got ${ksize}; use schema_version 2`,
    );
  }
  if (ksize % 2 === 1) return ksize;
  throw new ConfigError(
    `defects.map_smoothing.ksize: expected an odd size for the median, got ${ksize}; use ${ksize - 1} or ${ksize + 1}`,
  );
}
