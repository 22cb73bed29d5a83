import { type Blob } from './geometry/blob.js';
import { blockNumbers } from './geometry/block-numbers.js';
import { compactness } from './geometry/compactness.js';
import { momentEllipse } from './geometry/ellipse.js';
import { imageBox } from './geometry/image-box.js';
import { outline } from './geometry/outline.js';
import { perimeter } from './geometry/perimeter.js';
import { reportedScore } from './geometry/reported-score.js';
import { round6 } from './geometry/round6.js';
import { scoreMean } from './geometry/score-mean.js';
import { solidity } from './geometry/solidity.js';
import { type Region } from './region.js';
import { type StageContext } from './stage.js';

/** The fields of a region. Ratios and lengths have 6 decimals; scores have them too, or 6 significant digits in semantics 2. */
export function describe(blob: Blob, context: StageContext): Region {
  const { semantics } = context;
  const { box, area } = blob;
  const [width, height] = [box[2] - box[0] + 1, box[3] - box[1] + 1];
  const solid = solidity(blob, semantics);
  return {
    id: semantics === 1 ? blockNumbers(blob.components)[blob.parts[0]] : placeId(blob),
    bbox_xyxy: box,
    area,
    centroid_xy: [blob.sumX / area, blob.sumY / area],
    bbox_area: width * height,
    fill_ratio: round6(area / (width * height)),
    aspect_ratio: round6(Math.max(width / height, height / width)),
    solidity: solid === null ? null : round6(solid),
    score_max: reportedScore(blob.scoreMax, semantics),
    score_mean: reportedScore(scoreMean(blob, semantics), semantics),
    ...(semantics === 2 ? shapeFields(blob) : {}),
    ...optIns(blob, context),
  };
}

/** The fields that a config asks for, in any semantics. */
export function optIns(blob: Blob, { config, size, imageSize }: StageContext): Partial<Region> {
  return {
    ...(config.image_space ? { bbox_xyxy_image: imageBox(blob.box, size, imageSize!) } : {}),
    ...(config.outline ? { outline: outline(blob) } : {}),
  };
}

/**
 * Where the region begins: `1 + y * width + x` of its first pixel in reading order. No two regions of a map share a pixel,
 * so ids never collide, and nothing elsewhere in the map can change one. Scores take no part: their last digits depend on
 * the backend.
 */
function placeId({ components, parts }: Blob): number {
  const { runs, firstRun, y1 } = components;
  return 1 + y1[parts[0]] * runs.width + runs.start[firstRun[parts[0]]];
}

function shapeFields(blob: Blob): Partial<Region> {
  const { major, minor, orientation } = momentEllipse(blob);
  const [x1, y1, x2, y2] = blob.box;
  const { width, height } = blob.components.runs;
  return {
    perimeter: round6(perimeter(blob)),
    compactness: round6(compactness(blob)),
    orientation_deg: orientation === null ? null : round6(orientation),
    major_axis: round6(major),
    minor_axis: round6(minor),
    border_distance: Math.min(x1, y1, width - 1 - x2, height - 1 - y2),
  };
}
