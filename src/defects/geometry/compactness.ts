import { type Blob } from './blob.js';
import { perimeter } from './perimeter.js';

/** `4 pi area / perimeter^2`, at most 1: 1 for a disc, near 0 for a scratch or a comb (Cox 1927, as "circularity"). */
export function compactness(blob: Blob): number {
  return Math.min(1, (4 * Math.PI * blob.area) / perimeter(blob) ** 2);
}
