import { type DeviceStage } from '../stage.js';

/** Makes the mask: pixels at or above the pixel threshold, or above the low level where there is hysteresis. */
export const threshold: DeviceStage = {
  name: 'threshold',
  on: 'map',
  active: () => true,
  apply: (device, { levels }) => device.threshold(levels.low),
};
