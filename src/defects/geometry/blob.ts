import { type Components } from '../labelling/components.js';
import { type Box } from '../region.js';

/** One component, or several that were merged, with their summed statistics. */
export interface Blob {
  readonly components: Components;
  /** Labels in `components`, ascending. */
  readonly parts: readonly number[];
  readonly box: Box;
  readonly area: number;
  readonly sumX: number;
  readonly sumY: number;
  readonly sumXX: number;
  readonly sumXY: number;
  readonly sumYY: number;
  readonly scoreSum: number;
  readonly scoreMax: number;
}

/** @param parts one or more labels, ascending */
export function blobOf(components: Components, parts: readonly number[]): Blob {
  const c = components;
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  let area = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  let sumYY = 0;
  let scoreSum = 0;
  let scoreMax = -Infinity;
  for (const label of parts) {
    box[0] = Math.min(box[0], c.x1[label]);
    box[1] = Math.min(box[1], c.y1[label]);
    box[2] = Math.max(box[2], c.x2[label]);
    box[3] = Math.max(box[3], c.y2[label]);
    area += c.area[label];
    sumX += c.sumX[label];
    sumY += c.sumY[label];
    sumXX += c.sumXX[label];
    sumXY += c.sumXY[label];
    sumYY += c.sumYY[label];
    scoreSum += c.scoreSum[label];
    scoreMax = Math.max(scoreMax, c.scoreMax[label]);
  }
  return { components, parts, box, area, sumX, sumY, sumXX, sumXY, sumYY, scoreSum, scoreMax };
}
