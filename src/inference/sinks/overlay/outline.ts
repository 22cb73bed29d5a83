import { blendPixel, type Colour, type Raster } from './raster.js';

const HALO: Colour = [10, 12, 16];

/**
 * Draws the outline of a mask just outside of it, so that the defect itself stays visible: a line, and a dark halo
 * around the line that keeps it apart from any background.
 *
 * @param mask `height * width` bytes, not 0 = inside
 * @param thickness of the line and of the halo, pixels
 */
export function drawOutline(raster: Raster, mask: Uint8Array, thickness: number, colour: Colour): void {
  const { height, width } = raster;
  const distance = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== 0 && isEdge(mask, raster, x, y)) stamp(distance, mask, raster, x, y, 2 * thickness);
    }
  }
  for (let i = 0; i < distance.length; i++) {
    if (distance[i] === 0) continue;
    if (distance[i] <= thickness) blendPixel(raster.data, 3 * i, colour, 1);
    else blendPixel(raster.data, 3 * i, HALO, 0.6);
  }
}

function isEdge(mask: Uint8Array, { height, width }: Raster, x: number, y: number): boolean {
  const i = y * width + x;
  return (
    (x > 0 && mask[i - 1] === 0) ||
    (x < width - 1 && mask[i + 1] === 0) ||
    (y > 0 && mask[i - width] === 0) ||
    (y < height - 1 && mask[i + width] === 0)
  );
}

/** Notes the chessboard distance to an edge pixel, for the pixels around it that lie outside the mask. */
function stamp(distance: Uint8Array, mask: Uint8Array, size: Raster, x: number, y: number, reach: number): void {
  for (let dy = Math.max(-reach, -y); dy <= Math.min(reach, size.height - 1 - y); dy++) {
    for (let dx = Math.max(-reach, -x); dx <= Math.min(reach, size.width - 1 - x); dx++) {
      const i = (y + dy) * size.width + x + dx;
      if (mask[i] !== 0) continue;
      const d = Math.max(Math.abs(dx), Math.abs(dy));
      if (distance[i] === 0 || d < distance[i]) distance[i] = d;
    }
  }
}
