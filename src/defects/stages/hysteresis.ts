import { blobOf } from '../geometry/blob.js';
import { selectComponents } from '../labelling/select-components.js';
import { type ComponentsStage } from '../stage.js';

/** Of the components above the low level, keeps those with a pixel at or above the high level (compared in float32). */
export const hysteresis: ComponentsStage = {
  name: 'hysteresis',
  on: 'components',
  active: ({ levels }) => levels.high !== null,
  apply: (components, { levels, drop }) => {
    const high = Math.fround(levels.high!);
    const keep = Uint8Array.from(components.scoreMax, (max) => (max >= high ? 1 : 0));
    keep.forEach((kept, label) => {
      if (kept !== 0) return;
      drop(() => {
        const { box, area, scoreMax } = blobOf(components, [label]);
        return { bbox_xyxy: box, area, score_max: scoreMax, rule: 'hysteresis.high', value: scoreMax, limit: high };
      });
    });
    return selectComponents(components, keep);
  },
};
