import { suppressBorder } from '../../ops/border.js';
import { type MapStage } from '../stage.js';

/** Zeroes a frame of the map before it is smoothed: semantics 1 only, where a blur bleeds across the frame. */
export const zeroBorder: MapStage = {
  name: 'border',
  on: 'map',
  active: ({ config }) => config.border_ignore_px > 0,
  apply: (device, { config }) => device.changeMap((map) => suppressBorder(map, config.border_ignore_px)),
};
