import { type Blob } from '../geometry/blob.js';
import { compactness } from '../geometry/compactness.js';
import { round6 } from '../geometry/round6.js';
import { scoreMean } from '../geometry/score-mean.js';
import { significant6 } from '../geometry/significant6.js';
import { solidity } from '../geometry/solidity.js';
import { type StageContext } from '../stage.js';

/** One test of a component: the config key, its limit, and how the component is measured for it. */
export interface FilterRule {
  readonly rule: string;
  readonly limit: number;
  readonly side: 'at least' | 'at most';
  readonly measure: (blob: Blob) => number | null;
}

/** A test that a component failed, with the value that failed it; null where there is nothing to measure. */
export interface Failure {
  readonly rule: string;
  readonly value: number | null;
  readonly limit: number;
}

/**
 * The tests that a config asks for, in the order in which they are tried. Semantics 1 compares exact values, semantics 2
 * the rounded ones that the record shows.
 */
export function filterRules({ config, levels, semantics }: StageContext): FilterRule[] {
  const shape = config.shape_filters;
  const shown = (value: number | null) => (value === null || semantics === 1 ? value : round6(value));
  const score = (value: number) => (semantics === 1 ? value : significant6(value));
  const table: [string, number | null, FilterRule['side'], FilterRule['measure']][] = [
    ['min_area', config.min_area > 0 ? config.min_area : null, 'at least', (b) => b.area],
    ['min_score_max', levels.minScoreMax, 'at least', (b) => score(b.scoreMax)],
    ['min_score_mean', levels.minScoreMean, 'at least', (b) => score(scoreMean(b, semantics))],
    ['shape_filters.min_fill_ratio', shape.min_fill_ratio, 'at least', (b) => shown(b.area / (width(b) * height(b)))],
    ['shape_filters.max_aspect_ratio', shape.max_aspect_ratio, 'at most', (b) => shown(aspect(b))],
    ['shape_filters.min_compactness', shape.min_compactness, 'at least', (b) => shown(compactness(b))],
    ['shape_filters.max_compactness', shape.max_compactness, 'at most', (b) => shown(compactness(b))],
    ['shape_filters.min_solidity', shape.min_solidity, 'at least', (b) => shown(solidity(b, semantics))],
  ];
  return table.flatMap(([rule, limit, side, measure]) => (limit === null ? [] : [{ rule, limit, side, measure }]));
}

/** The first test that a component fails, or null. What cannot be measured fails. */
export function firstFailure(blob: Blob, rules: readonly FilterRule[]): Failure | null {
  for (const { rule, limit, side, measure } of rules) {
    const value = measure(blob);
    const passes = value !== null && (side === 'at most' ? value <= limit : value >= limit);
    if (!passes) return { rule, value, limit };
  }
  return null;
}

function width({ box }: Blob): number {
  return box[2] - box[0] + 1;
}

function height({ box }: Blob): number {
  return box[3] - box[1] + 1;
}

function aspect(blob: Blob): number {
  return Math.max(width(blob) / height(blob), height(blob) / width(blob));
}
