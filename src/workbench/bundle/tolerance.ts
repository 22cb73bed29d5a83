import type { Machine } from '../../config/bundle.js';

/**
 * How close a replay must come: `exact` to the bit, the others relative to the largest value expected. What is counted or decided
 * (decoded pixels, masks, regions, labels) must be equal in every class, but for values that lie within the tolerance of a level.
 */
export const TOLERANCES = { exact: 0, f32: 1e-5, cross: 1e-3 } as const;
export type ToleranceClass = keyof typeof TOLERANCES;

/**
 * The class between two machines: `exact` on the same backend and processor with the same versions, `f32` on the same backend
 * elsewhere, `cross` between backends and where a GPU computes, whose sums have no fixed order.
 */
export function toleranceBetween(expected: Machine, here: Machine): ToleranceClass {
  const differs = (...keys: (keyof Machine)[]) => keys.some((key) => expected[key] !== here[key]);
  if (differs('backend', 'device') || here.device === 'gpu') return 'cross';
  return differs('imgano', 'tfjs', 'sharp', 'node', 'system', 'machine', 'cpu') ? 'f32' : 'exact';
}
