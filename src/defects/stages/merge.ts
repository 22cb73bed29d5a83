import { describe, optIns } from '../describe.js';
import { Draft } from '../draft.js';
import { blobOf } from '../geometry/blob.js';
import { round6 } from '../geometry/round6.js';
import { DisjointSets } from '../labelling/disjoint-sets.js';
import { joinNearby } from '../labelling/join-nearby.js';
import { type Box, type Region } from '../region.js';
import { type RegionsStage, type StageContext } from '../stage.js';
import { filterRules, firstFailure } from './filter-rules.js';

/**
 * Joins regions that lie close together, and those that are joined through others; boxes that grow by joining are not
 * compared again. The mask stays as it is: only the list changes.
 *
 * In semantics 2 a group whose joint shape would fail a filter stays apart: every part has passed the filters on its own,
 * and merging must not lose a defect.
 */
export const merge: RegionsStage = {
  name: 'merge_nearby',
  on: 'regions',
  active: ({ config }) => config.merge_nearby.enabled && config.merge_nearby.max_gap_px > 0,
  apply: (drafts, context) => groupsOf(drafts, context).flatMap((group) => join(group, context)),
};

function join(group: readonly Draft[], context: StageContext): readonly Draft[] {
  if (group.length === 1) return group;
  const parts = group.flatMap(({ blob }) => blob.parts).sort((a, b) => a - b);
  const blob = blobOf(group[0].blob.components, parts);
  if (context.semantics === 2 && firstFailure(blob, filterRules(context)) !== null) return group;
  const describeMerged = (): Region => {
    const regions = group.map(({ region }) => region);
    const merged_from_ids = regions.map(({ id }) => id).sort((a, b) => a - b);
    if (context.semantics === 2) return { ...describe(blob, context), merged_from_ids };
    const region = { ...fromRegions(regions, blob.box), ...optIns(blob, context), id: merged_from_ids[0] };
    return { ...region, merged_from_ids };
  };
  return [new Draft(blob, context, describeMerged)];
}

/** Semantics 1 computes a merged region from the regions' rounded fields and leaves `solidity` out. */
function fromRegions(regions: readonly Region[], bbox_xyxy: Box): Omit<Region, 'id'> {
  const [width, height] = [bbox_xyxy[2] - bbox_xyxy[0] + 1, bbox_xyxy[3] - bbox_xyxy[1] + 1];
  const area = regions.reduce((sum, r) => sum + r.area, 0);
  const weighted = (value: (r: Region) => number) => regions.reduce((sum, r) => sum + value(r) * r.area, 0) / area;
  return {
    bbox_xyxy,
    area,
    centroid_xy: [weighted((r) => r.centroid_xy[0]), weighted((r) => r.centroid_xy[1])],
    bbox_area: width * height,
    fill_ratio: round6(area / (width * height)),
    aspect_ratio: round6(Math.max(width / height, height / width)),
    score_max: regions.reduce((max, r) => Math.max(max, r.score_max), -Infinity),
    score_mean: round6(weighted((r) => r.score_mean)),
  };
}

/** The transitive closure of "close". Groups and their members keep the order of the list. */
function groupsOf(drafts: readonly Draft[], { config }: StageContext): Draft[][] {
  if (drafts.length === 0) return [];
  const { max_gap_px: gap, distance } = config.merge_nearby;
  const sets = distance === 'box' ? closeBoxes(drafts, gap) : joinNearby(drafts[0].blob.components, gap);
  const groups = new Map<number, Draft[]>();
  drafts.forEach((draft, i) => {
    const key = sets.find(distance === 'box' ? i : draft.blob.parts[0]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [draft]);
    else group.push(draft);
  });
  return [...groups.values()];
}

/** Pairs of boxes whose gaps along both axes are small, found by a sweep from left to right. */
function closeBoxes(drafts: readonly Draft[], gap: number): DisjointSets {
  const sets = new DisjointSets(drafts.length);
  const boxes = drafts.map(({ blob }) => blob.box);
  const fromLeft = [...boxes.keys()].sort((a, b) => boxes[a][0] - boxes[b][0]);
  for (let k = 0; k < fromLeft.length; k++) {
    const a = fromLeft[k];
    for (let next = k + 1; next < fromLeft.length; next++) {
      const b = fromLeft[next];
      if (emptyBetween(boxes[a], boxes[b], 0) > gap) break;
      if (emptyBetween(boxes[a], boxes[b], 1) <= gap) sets.join(a, b);
    }
  }
  return sets;
}

/** Empty pixels between two boxes along an axis; 0 when they overlap or touch. */
function emptyBetween(a: Box, b: Box, axis: 0 | 1): number {
  return Math.max(0, a[axis] - b[axis + 2] - 1, b[axis] - a[axis + 2] - 1);
}
