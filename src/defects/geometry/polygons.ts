import type { Size } from '../../config/size.js';
import { labelRuns } from '../labelling/label-runs.js';
import { runsOfBytes } from '../labelling/runs-of-bytes.js';
import { followCracks } from './follow-cracks.js';

type Ring = [number, number][];

/** One 8-connected part of a mask: its outline, clockwise on the screen, and those of its holes, the other way round. */
export interface PolygonWithHoles {
  readonly outer: Ring;
  readonly holes: Ring[];
}

/**
 * A mask as polygons of pixel corners; pixel (x, y) has the corners (x, y) to (x + 1, y + 1), and first points are not
 * repeated. Filling them by the even-odd rule gives the mask back, pixel by pixel.
 *
 * @param mask 0 or 1, row by row
 * @returns in the order of each part's first pixel
 */
export function polygonsOf(mask: Uint8Array, { height, width }: Size): PolygonWithHoles[] {
  const runs = runsOfBytes(mask, { height, width });
  const { count, ofRun } = labelRuns(runs);
  const rings = Array.from({ length: count }, (): Ring[] => []);
  const isSet = (x: number, y: number) => x >= 0 && x < width && y >= 0 && y < height && mask[y * width + x] !== 0;
  const walked = new Uint8Array(height * width);
  const onTop = (x: number, y: number) => void (walked[y * width + x] = 1);
  for (let y = 0; y < height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      for (let x = runs.start[i]; x < runs.end[i]; x++) {
        if (walked[y * width + x] === 1 || isSet(x, y - 1)) continue;
        rings[ofRun[i]].push(followCracks(isSet, x, y, onTop));
      }
    }
  }
  // The first pixel of a part lies on its outline, so the outline is the ring that is met first.
  return rings.map(([outer, ...holes]) => ({ outer, holes }));
}
