import type { Size } from '../../config/size.js';
import { labelRuns } from '../../defects/labelling/label-runs.js';
import { runsOfBytes } from '../../defects/labelling/runs-of-bytes.js';
import type { Region } from '../../defects/region.js';

export interface RegionMetricsResult {
  /** Regions on good pictures, in all and for 100 pictures; null without good pictures. */
  readonly false_regions: number;
  readonly false_regions_per_100_good: number | null;
  /** Good pictures with one region or more. */
  readonly good_pictures_with_regions: number;
  /** True defects: 8-connected parts of the masks. A defect is hit when a reported region shares a pixel with it. */
  readonly defects_total: number;
  readonly defects_hit: number;
  /** Pictures with defects, and how many of them have a hit. */
  readonly defect_pictures: number;
  readonly defect_pictures_hit: number;
  /** The share of all reported regions that share a pixel with a true defect; null without regions. */
  readonly region_precision: number | null;
}

interface Picture extends Size {
  /** 0 = good */
  readonly label: number;
  readonly truth: Uint8Array;
  /** The pixels of exactly `regions` (semantics 2). */
  readonly mask: Uint8Array;
  readonly regions: readonly Region[];
}

/** Counts regions against true defects. Pictures of defects without a mask must be left out. */
export class RegionMetrics {
  private good = 0;
  private goodWithRegions = 0;
  private falseRegions = 0;
  private defects = { pictures: 0, picturesHit: 0, total: 0, hit: 0 };
  private regions = { all: 0, right: 0 };

  add({ label, truth, mask, regions, ...size }: Picture): void {
    const right = regionsOn(truth, mask, regions, size);
    this.regions.all += regions.length;
    this.regions.right += right;
    if (label === 0) {
      this.good += 1;
      this.goodWithRegions += regions.length > 0 ? 1 : 0;
      this.falseRegions += regions.length;
      return;
    }
    const hit = overlapping(truth, mask, size);
    this.defects.pictures += 1;
    this.defects.picturesHit += right > 0 ? 1 : 0;
    this.defects.total += hit.length;
    this.defects.hit += hit.filter(Boolean).length;
  }

  result(): RegionMetricsResult {
    const { good, falseRegions, defects, regions } = this;
    return {
      false_regions: falseRegions,
      false_regions_per_100_good: good === 0 ? null : (100 * falseRegions) / good,
      good_pictures_with_regions: this.goodWithRegions,
      defects_total: defects.total,
      defects_hit: defects.hit,
      defect_pictures: defects.pictures,
      defect_pictures_hit: defects.picturesHit,
      region_precision: regions.all === 0 ? null : regions.right / regions.all,
    };
  }
}

/** For every 8-connected part of `parts`: whether it shares a pixel with `other`. */
function overlapping(parts: Uint8Array, other: Uint8Array, size: Size): boolean[] {
  const { labels, hit } = labelled(parts, other, size);
  return Array.from({ length: labels.count }, (_, label) => hit[label] === 1);
}

/**
 * How many regions share a pixel with the truth. A region is found again in the mask by its ids: an id is the position of
 * the first pixel of a part, and a merged region lists those of all its parts.
 */
function regionsOn(truth: Uint8Array, mask: Uint8Array, regions: readonly Region[], size: Size): number {
  const { runs, labels, hit } = labelled(mask, truth, size);
  const labelAt = (id: number): number => {
    const y = Math.floor((id - 1) / size.width);
    const x = (id - 1) % size.width;
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) if (runs.start[i] === x) return labels.ofRun[i];
    throw new Error(`region ${id} does not begin in the mask`);
  };
  return regions.filter(({ id, merged_from_ids: ids }) => (ids ?? [id]).some((part) => hit[labelAt(part)] === 1))
    .length;
}

function labelled(parts: Uint8Array, other: Uint8Array, size: Size) {
  const runs = runsOfBytes(parts, size);
  const labels = labelRuns(runs);
  const hit = new Uint8Array(labels.count);
  for (let y = 0; y < size.height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      const [from, to] = [y * size.width + runs.start[i], y * size.width + runs.end[i]];
      if (other.subarray(from, to).includes(1)) hit[labels.ofRun[i]] = 1;
    }
  }
  return { runs, labels, hit };
}
