import { boxBlur } from '../../ops/box.js';
import { gaussianBlur } from '../../ops/gaussian.js';
import { opencvGaussianKernel } from '../../ops/gaussian-kernel.js';
import { medianBlur } from '../../ops/median.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { type MapStage } from '../stage.js';

/** Filters the map before it is thresholded. Border modes: median repeats the edge; gaussian and box reflect without it. */
export const smooth: MapStage = {
  name: 'map_smoothing',
  on: 'map',
  active: ({ config: { map_smoothing: rule } }) =>
    rule.method === 'gaussian' ? rule.ksize > 0 || rule.sigma > 0 : rule.method !== 'none' && rule.ksize > 1,
  apply: (device, { config }) => {
    const { method, ksize, sigma } = config.map_smoothing;
    // Semantics 1 takes the next odd size; in semantics 2 an even one was refused.
    const odd = ksize | 1;
    if (method === 'median' && onGpu()) device.changeMap({ reach: odd, change: (map) => medianBlur(map, odd) });
    else if (method === 'median') device.putOffMedian(odd);
    else if (method === 'gaussian') {
      const reach = opencvGaussianKernel(ksize, sigma).length;
      device.changeMap({ reach, change: (map) => gaussianBlur(map, { ksize, sigma }) });
    } else device.changeMap({ reach: ksize, change: (map) => boxBlur(map, ksize) });
  },
};
