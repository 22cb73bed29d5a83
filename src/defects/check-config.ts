import type { DefectsConfig } from '../config/defects.js';
import { ConfigError } from '../errors.js';
import type { Semantics } from './stage.js';

/**
 * Checks what no single key can tell: whether the keys of a `defects` section fit together, and fit the semantics.
 *
 * @throws ConfigError with every problem
 */
export function checkDefectsConfig(config: DefectsConfig, semantics: Semantics): void {
  const problems = [
    ...windowProblems(config, semantics),
    ...roiProblems(config),
    ...levelProblems(config, semantics),
    ...shapeProblems(config),
    ...maskProblems(config, semantics),
  ];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'), problems);
}

function windowProblems({ map_smoothing: { method, ksize } }: DefectsConfig, semantics: Semantics): string[] {
  if ((method !== 'median' && method !== 'gaussian') || ksize <= 1) return [];
  if (semantics === 1 && method === 'median' && ksize > 5) {
    return [
      `defects.map_smoothing.ksize: with schema_version 1 a median takes 3 or 5, as the Python system did, got ${ksize}; use schema_version 2`,
    ];
  }
  if (semantics === 1 || ksize % 2 === 1) return [];
  return [
    `defects.map_smoothing.ksize: expected an odd size for ${method}, got ${ksize}; use ${ksize - 1} or ${ksize + 1}`,
  ];
}

function roiProblems(config: DefectsConfig): string[] {
  const keys = ['roi_xyxy_norm', 'roi_rectangles_norm', 'roi_polygon_norm', 'roi_mask_path'] as const;
  const given = keys.filter((key) => config[key] !== null);
  if (given.length < 2) return [];
  return [`defects: expected at most one region of interest, got ${given.join(' and ')}; keep one of them`];
}

function levelProblems({ hysteresis: { enabled, low, high } }: DefectsConfig, semantics: Semantics): string[] {
  if (semantics === 1 || !enabled || low === null || high === null || low <= high) return [];
  return [`defects.hysteresis: expected low at or below high, got low ${low} above high ${high}; swap them`];
}

function shapeProblems({ shape_filters: { min_compactness: min, max_compactness: max } }: DefectsConfig): string[] {
  if (min === null || max === null || min <= max) return [];
  return [
    `defects.shape_filters: min_compactness ${min} is above max_compactness ${max}, so no region passes; swap them`,
  ];
}

function maskProblems({ mask_space: space }: DefectsConfig, semantics: Semantics): string[] {
  if (semantics === 1 || space === 'roi') return [];
  return [
    'defects.mask_space: "full" belongs to schema_version 1; with 2 the mask shows exactly the reported regions, so remove the key',
  ];
}
