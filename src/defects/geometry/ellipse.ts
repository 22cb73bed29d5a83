import { type Blob } from './blob.js';

export interface Ellipse {
  /** Full lengths in pixels. */
  readonly major: number;
  readonly minor: number;
  /** Of the major axis, in degrees from the x axis towards the y axis, in (-90, 90]; null when the axes are equal. */
  readonly orientation: number | null;
}

/**
 * The ellipse with the same second moments as the region, each pixel a unit square (Haralick and Shapiro, Computer and
 * Robot Vision, 1992, appendix A). A line of n pixels has a major axis of about `1.15 n`.
 */
export function momentEllipse(blob: Blob): Ellipse {
  const { area: n, sumX, sumY } = blob;
  const [x0, y0] = blob.box;
  // Whole numbers, moved to the box's corner first: the same shape gives the same bits wherever and whichever way it lies.
  const sx = sumX - n * x0;
  const sy = sumY - n * y0;
  const xx = blob.sumXX - 2 * x0 * sumX + n * x0 * x0;
  const yy = blob.sumYY - 2 * y0 * sumY + n * y0 * y0;
  const xy = blob.sumXY - x0 * sumY - y0 * sumX + n * x0 * y0;
  const square = 1 / 12;
  const a = (n * xx - sx * sx) / (n * n) + square;
  const c = (n * yy - sy * sy) / (n * n) + square;
  const b = (n * xy - sx * sy) / (n * n);
  const spread = Math.hypot((a - c) / 2, b);
  const mean = (a + c) / 2;
  const round = spread <= 1e-9 * mean;
  const degrees = (Math.atan2(2 * b, a - c) * 90) / Math.PI;
  return {
    major: 4 * Math.sqrt(mean + spread),
    minor: 4 * Math.sqrt(Math.max(mean - spread, 0)),
    orientation: round ? null : degrees <= -90 ? 90 : degrees,
  };
}
