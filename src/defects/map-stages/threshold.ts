import { type MaskStage } from '../stage.js';

/** Makes the mask: pixels at or above the pixel threshold, or above the low level where there is hysteresis. */
export const threshold: MaskStage = {
  name: 'threshold',
  on: 'mask',
  active: () => true,
  apply: (device, { levels }) => device.threshold(levels.low),
};
