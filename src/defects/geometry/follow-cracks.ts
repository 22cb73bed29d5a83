/** Right, down, left, up. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/**
 * Walks the cracks between pixels with the foreground on the right-hand side, from the upper left corner of pixel (x0, y0), which
 * has background above it: an outer boundary comes out clockwise on the screen, that of a hole the other way. Pixels that
 * touch at a corner only belong together.
 *
 * @param onTop called for every pixel whose upper edge is walked
 * @returns the corners where the walk turns, first point not repeated
 */
export function followCracks(
  isSet: (x: number, y: number) => boolean,
  x0: number,
  y0: number,
  onTop?: (x: number, y: number) => void,
): [number, number][] {
  const corners: [number, number][] = [];
  let [x, y, heading] = [x0, y0, 0];
  do {
    if (heading === 0) onTop?.(x, y);
    const turn = turnAt(isSet, x + STEPS[heading][0], y + STEPS[heading][1], heading);
    x += STEPS[heading][0];
    y += STEPS[heading][1];
    if (turn !== 0) corners.push([x, y]);
    heading = (heading + turn + 4) % 4;
  } while (x !== x0 || y !== y0 || heading !== 0);
  return corners;
}

/** -1 left, 0 straight on, 1 right, at corner (x, y). Pixels that touch at the corner only belong together. */
function turnAt(isSet: (x: number, y: number) => boolean, x: number, y: number, heading: number): -1 | 0 | 1 {
  const [dx, dy] = STEPS[heading];
  const pixelAhead = (side: -1 | 1) => isSet(x + (dx - side * dy - 1) / 2, y + (dy + side * dx - 1) / 2);
  if (pixelAhead(-1)) return -1;
  return pixelAhead(1) ? 0 : 1;
}
