import { type DefectsConfig } from '../config/defects.js';
import { type Size } from '../config/size.js';
import { ConfigError } from '../errors.js';
import { runsOfBytes } from './labelling/runs-of-bytes.js';
import { type Runs, RunsBuilder } from './labelling/runs.js';

/** A mask picture that says where to look: 0 outside, anything else inside. */
export interface RoiMask extends Size {
  readonly data: Uint8Array;
}

/**
 * The region of interest of a config on a map, or null when the whole map is of interest. Rectangles clamp and sort
 * their corners and cover `floor(x1 w)` to `ceil(x2 w)` exclusive; a polygon covers the pixels whose centre is inside
 * (even-odd rule); a mask picture is scaled by nearest pixel.
 *
 * @throws ConfigError when a mask is named but was not given
 */
export function roiOf(config: DefectsConfig, size: Size, mask?: RoiMask): Runs | null {
  if (config.roi_xyxy_norm !== null) return ofRectangles([config.roi_xyxy_norm], size);
  if (config.roi_rectangles_norm !== null) return ofRectangles(config.roi_rectangles_norm, size);
  if (config.roi_polygon_norm !== null) return ofPolygon(config.roi_polygon_norm, size);
  if (config.roi_mask_path !== null && mask === undefined) {
    throw new ConfigError(
      `defects.roi_mask_path: the mask "${config.roi_mask_path}" was not given with the map; decode it and pass it as roiMask`,
    );
  }
  return mask === undefined ? null : ofMask(mask, size);
}

function ofRectangles(rectangles: readonly (readonly number[])[], size: Size): Runs {
  const boxes = rectangles.map(([xa, ya, xb, yb]) => [...pixels(xa, xb, size.width), ...pixels(ya, yb, size.height)]);
  return fromSpans(size, (y) => boxes.filter(([, , y1, y2]) => y >= y1 && y < y2).map(([x1, x2]) => [x1, x2]));
}

/** Half-open pixel range of a normalised interval. */
function pixels(a: number, b: number, length: number): [number, number] {
  const clamp = (v: number) => Math.min(Math.max(v, 0), 1);
  return [Math.floor(clamp(Math.min(a, b)) * length), Math.ceil(clamp(Math.max(a, b)) * length)];
}

function ofPolygon(points: readonly (readonly number[])[], size: Size): Runs {
  return fromSpans(size, (row) => {
    const y = (row + 0.5) / size.height;
    const crossings = points
      .map((from, i) => [from, points[(i + 1) % points.length]])
      .filter(([from, to]) => from[1] <= y !== to[1] <= y)
      .map(([from, to]) => from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]))
      .sort((a, b) => a - b);
    const firstCentreAt = (x: number) => Math.ceil(x * size.width - 0.5);
    return Array.from({ length: crossings.length / 2 }, (_, i) => [
      firstCentreAt(crossings[2 * i]),
      firstCentreAt(crossings[2 * i + 1]),
    ]);
  });
}

function ofMask(mask: RoiMask, size: Size): Runs {
  const bytes = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / size.height) * mask.width;
    for (let x = 0; x < size.width; x++) {
      const inside = mask.data[row + Math.floor(((x + 0.5) * mask.width) / size.width)] !== 0;
      bytes[y * size.width + x] = inside ? 1 : 0;
    }
  }
  return runsOfBytes(bytes, size);
}

/** Runs of any half-open spans a row; empty ones are dropped, overlapping and touching ones joined. */
function fromSpans(size: Size, spansOf: (y: number) => number[][]): Runs {
  const builder = new RunsBuilder(size);
  for (let y = 0; y < size.height; y++) {
    const spans = spansOf(y)
      .filter(([from, to]) => to > from)
      .sort((a, b) => a[0] - b[0]);
    for (let i = 0; i < spans.length;) {
      const from = spans[i][0];
      let to = spans[i][1];
      for (i++; i < spans.length && spans[i][0] <= to; i++) to = Math.max(to, spans[i][1]);
      builder.push(from, to);
    }
    builder.closeRow(y);
  }
  return builder.build();
}
