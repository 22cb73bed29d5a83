import { blobOf } from '../geometry/blob.js';
import { selectComponents } from '../labelling/select-components.js';
import { type ComponentsStage } from '../stage.js';
import { filterRules, firstFailure } from './filter-rules.js';

/** Drops the components that fail a test; the first failed one is the reason. */
export const filters: ComponentsStage = {
  name: 'filters',
  on: 'components',
  active: (context) => filterRules(context).length > 0,
  apply: (components, context) => {
    const rules = filterRules(context);
    const keep = new Uint8Array(components.count);
    for (let label = 0; label < components.count; label++) {
      const blob = blobOf(components, [label]);
      const failure = firstFailure(blob, rules);
      if (failure === null) keep[label] = 1;
      else context.drop(() => ({ bbox_xyxy: blob.box, area: blob.area, score_max: blob.scoreMax, ...failure }));
    }
    return selectComponents(components, keep);
  },
};
