import { describe } from '../describe.js';
import { blobOf } from '../geometry/blob.js';
import { round6 } from '../geometry/round6.js';
import { type Box, type Region } from '../region.js';
import { type Draft, type RegionsStage, type StageContext } from '../stage.js';

/**
 * Joins regions that lie close together, and those that are joined through others; boxes that grow by joining are not
 * compared again. The mask stays as it is: only the list changes.
 */
export const merge: RegionsStage = {
  name: 'merge_nearby',
  on: 'regions',
  active: ({ config }) => config.merge_nearby.enabled && config.merge_nearby.max_gap_px > 0,
  apply: (drafts, context) => groupsOf(drafts, context).map((group) => join(group, context)),
};

function join(group: readonly Draft[], context: StageContext): Draft {
  if (group.length === 1) return group[0];
  const parts = group.flatMap(({ blob }) => blob.parts).sort((a, b) => a - b);
  const blob = blobOf(group[0].blob.components, parts);
  const regions = group.map(({ region }) => region);
  const merged_from_ids = regions.map(({ id }) => id).sort((a, b) => a - b);
  if (context.semantics === 2) return { blob, region: { ...describe(blob, context), merged_from_ids } };
  const region = { ...fromRegions(regions, blob.box), id: merged_from_ids[0], merged_from_ids };
  return { blob, region };
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
    score_max: Math.max(...regions.map((r) => r.score_max)),
    score_mean: round6(weighted((r) => r.score_mean)),
  };
}

/** The transitive closure of "close", by a sweep over the boxes from left to right. */
function groupsOf(drafts: readonly Draft[], { config }: StageContext): Draft[][] {
  const gap = config.merge_nearby.max_gap_px;
  const sorted = [...drafts].sort((a, b) => a.region.bbox_xyxy[0] - b.region.bbox_xyxy[0]);
  const parent = sorted.map((_, i) => i);
  const find = (i: number): number => (parent[i] === i ? i : (parent[i] = find(parent[i])));
  sorted.forEach(({ region: a }, i) => {
    for (let j = i + 1; j < sorted.length; j++) {
      const b = sorted[j].region;
      if (emptyBetween(a.bbox_xyxy, b.bbox_xyxy, 0) > gap) break;
      if (emptyBetween(a.bbox_xyxy, b.bbox_xyxy, 1) <= gap) parent[find(j)] = find(i);
    }
  });
  const groups = new Map<number, Draft[]>();
  sorted.forEach((draft, i) => groups.set(find(i), [...(groups.get(find(i)) ?? []), draft]));
  return [...groups.values()];
}

/** Empty pixels between two boxes along an axis; 0 when they overlap or touch. */
function emptyBetween(a: Box, b: Box, axis: 0 | 1): number {
  return Math.max(0, a[axis] - b[axis + 2] - 1, b[axis] - a[axis + 2] - 1);
}
