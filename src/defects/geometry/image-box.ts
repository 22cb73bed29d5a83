import { type Size } from '../../config/size.js';
import { type Box } from '../region.js';

/**
 * An inclusive box of map pixels as the inclusive box of picture pixels that it covers: `floor(x1 s)` to
 * `ceil((x2 + 1) s) - 1`, held inside the picture.
 */
export function imageBox(box: Box, map: Size, image: Size): Box {
  const [x1, x2] = stretch(box[0], box[2], image.width, map.width);
  const [y1, y2] = stretch(box[1], box[3], image.height, map.height);
  return [x1, y1, x2, y2];
}

function stretch(first: number, last: number, image: number, map: number): [number, number] {
  const scale = image / map;
  const inside = (v: number) => Math.min(Math.max(v, 0), image - 1);
  const from = inside(Math.floor(first * scale));
  return [from, Math.max(from, inside(Math.ceil((last + 1) * scale) - 1))];
}
