import { type Size } from '../../config/size.js';
import { suppressBorder } from '../../ops/border.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { type MapStage } from '../stage.js';

/** Zeroes a frame of the map before it is smoothed: semantics 1 only, where a blur bleeds across the frame. */
export const zeroBorder: MapStage = {
  name: 'border',
  on: 'map',
  active: ({ config }) => config.border_ignore_px > 0,
  apply: (device, { config }) => {
    const width = config.border_ignore_px;
    if (onGpu()) device.changeMap({ reach: Infinity, change: (map) => suppressBorder(map, width) });
    else device.changeValues((values, size) => zeroFrame(values, size, width));
  },
};

function zeroFrame(values: Float32Array, { height, width }: Size, frame: number): Float32Array {
  if (2 * frame >= height || 2 * frame >= width) return new Float32Array(values.length);
  const inside = values.slice();
  inside.fill(0, 0, frame * width);
  inside.fill(0, (height - frame) * width);
  for (let y = frame; y < height - frame; y++) {
    inside.fill(0, y * width, y * width + frame);
    inside.fill(0, (y + 1) * width - frame, (y + 1) * width);
  }
  return inside;
}
