import type { Inspection } from '../../inference/run.js';
import { matchRegions } from './match-regions.js';

/** How much what bfloat16 gives differs from what float32 gives, over some pictures. */
export interface DriftReport {
  readonly pictures: number;
  /** Changes of scores, as shares of the score in float32. */
  readonly score: { readonly mean: number; readonly max: number };
  /** The largest change of a score as a share of the image threshold; null where there is none. */
  readonly score_max_of_threshold: number | null;
  readonly label_flips: number;
  /** Errors of maps as shares of the highest value of the map in float32; null for a model without maps. */
  readonly map: { readonly mean: number; readonly max: number } | null;
  /** null where defects cannot be found. `lost` and `gained` are those without a partner whose box overlaps by half. */
  readonly regions: { readonly float32: number; readonly bfloat16: number; readonly lost: number; readonly gained: number } | null; // prettier-ignore
}

/** Compares what two precisions give, picture by picture. */
export class DriftTally {
  private readonly scores: number[] = [];
  private readonly maps: { mean: number; max: number }[] = [];
  private largest = 0;
  private flips = 0;
  private readonly regions = { float32: 0, bfloat16: 0, lost: 0, gained: 0 };
  private regionsSeen = false;

  /** @param threshold the image threshold, if there is one */
  constructor(private readonly threshold: number | null) {}

  /** Takes two inspections of the same picture. */
  add(exact: Inspection, low: Inspection): void {
    if ('error' in exact.record || 'error' in low.record) throw new Error('only inspected pictures can be compared');
    const change = Math.abs(low.record.score - exact.record.score);
    this.scores.push(share(change, Math.abs(exact.record.score)));
    this.largest = Math.max(this.largest, change);
    this.flips += exact.record.label === low.record.label ? 0 : 1;
    if (exact.map !== null && low.map !== null) this.maps.push(mapError(exact.map.data, low.map.data));
    if (exact.record.defects === undefined || low.record.defects === undefined) return;
    const [before, after] = [exact.record.defects.regions, low.record.defects.regions];
    const { lost, gained } = matchRegions(before, after);
    this.regionsSeen = true;
    this.regions.float32 += before.length;
    this.regions.bfloat16 += after.length;
    this.regions.lost += lost;
    this.regions.gained += gained;
  }

  report(): DriftReport {
    const { threshold, maps } = this;
    return {
      pictures: this.scores.length,
      score: { mean: mean(this.scores), max: Math.max(...this.scores) },
      score_max_of_threshold: threshold === null || threshold === 0 ? null : this.largest / Math.abs(threshold),
      label_flips: this.flips,
      map:
        maps.length === 0
          ? null
          : { mean: mean(maps.map((error) => error.mean)), max: Math.max(...maps.map((error) => error.max)) },
      regions: this.regionsSeen ? { ...this.regions } : null,
    };
  }
}

function mapError(exact: Float32Array, low: Float32Array): { mean: number; max: number } {
  let [sum, max, scale] = [0, 0, 0];
  for (const [i, value] of exact.entries()) {
    const error = Math.abs(low[i] - value);
    sum += error;
    max = Math.max(max, error);
    scale = Math.max(scale, Math.abs(value));
  }
  return { mean: share(sum / exact.length, scale), max: share(max, scale) };
}

/** A change of nothing is no change; a change from 0 counts whole. */
function share(change: number, of: number): number {
  return change === 0 ? 0 : of === 0 ? 1 : change / of;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
