import { type Blob } from './geometry/blob.js';
import { blockNumbers } from './geometry/block-numbers.js';
import { round6 } from './geometry/round6.js';
import { scoreMean } from './geometry/score-mean.js';
import { solidity } from './geometry/solidity.js';
import { type Region } from './region.js';
import { type StageContext } from './stage.js';

/** The fields of a region. Ratios and scores are rounded to 6 decimals, in semantics 2 scores to 6 significant digits. */
export function describe(blob: Blob, { semantics, size }: StageContext): Region {
  const { box, area, components, parts } = blob;
  const [width, height] = [box[2] - box[0] + 1, box[3] - box[1] + 1];
  const solid = solidity(blob, semantics);
  const score = semantics === 1 ? round6 : significant;
  const first = parts[0];
  return {
    id:
      semantics === 1
        ? blockNumbers(components)[first]
        : 1 + components.y1[first] * size.width + components.runs.start[components.firstRun[first]],
    bbox_xyxy: box,
    area,
    centroid_xy: [blob.sumX / area, blob.sumY / area],
    bbox_area: width * height,
    fill_ratio: round6(area / (width * height)),
    aspect_ratio: round6(Math.max(width / height, height / width)),
    solidity: solid === null ? null : round6(solid),
    score_max: score(blob.scoreMax),
    score_mean: score(scoreMean(blob, semantics)),
  };
}

function significant(x: number): number {
  return Number(x.toPrecision(6));
}
