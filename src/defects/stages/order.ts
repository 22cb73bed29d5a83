import { type Draft } from '../draft.js';
import { type Region } from '../region.js';
import { type RegionsStage } from '../stage.js';

/**
 * The total order of regions: by the chosen key, then score maximum, score mean, area (all falling), then top, left,
 * bottom, right, centroid and id (rising). Scores are compared as reported, so that noise below that does not count.
 */
export const order: RegionsStage = {
  name: 'order',
  on: 'regions',
  active: () => true,
  apply: (drafts, { config }) => [...drafts].sort(compareBy(config.max_regions_sort_by)),
};

type Key = 'score_max' | 'score_mean' | 'area';

function compareBy(key: Key) {
  const rank = (r: Region): number[] => {
    const [x1, y1, x2, y2] = r.bbox_xyxy;
    const [cx, cy] = r.centroid_xy;
    return [-r[key], -r.score_max, -r.score_mean, -r.area, y1, x1, y2, x2, cy, cx, r.id];
  };
  return (a: Draft, b: Draft): number => {
    const byKey = keyOf(b, key) - keyOf(a, key);
    if (byKey !== 0) return byKey;
    const [left, right] = [rank(a.region), rank(b.region)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : left[at] - right[at];
  };
}

/** The first key decides nearly always, so it is taken without the rest of the region where that can be done. */
function keyOf(draft: Draft, key: Key): number {
  if (key === 'score_max') return draft.scoreMax;
  return key === 'area' ? draft.blob.area : draft.region.score_mean;
}
