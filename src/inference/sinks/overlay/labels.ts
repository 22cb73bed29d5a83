import { fillRectangle, type Colour, type Raster } from './raster.js';
import { drawText, TEXT_HEIGHT, textWidth } from './text.js';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const PLATE: Colour = [16, 18, 24];

/**
 * Writes a label beside each box: above it, else below, right or left of it, wherever it lies inside the picture and on
 * no earlier label. A label that finds no place is left out; the first boxes choose first.
 *
 * @param items boxes in pixels of the raster, most important first
 */
export function drawLabels(
  raster: Raster,
  items: readonly { text: string; box: Box }[],
  scale: number,
  colour: Colour,
): void {
  const placed: Box[] = [];
  for (const { text, box } of items) {
    const size = { width: textWidth(text, scale) + 4 * scale, height: (TEXT_HEIGHT + 4) * scale };
    const place = candidates(box, size, 3 * scale).find(
      (spot) => isInside(spot, raster) && !placed.some((other) => overlap(spot, other)),
    );
    if (place === undefined) continue;
    placed.push(place);
    fillRectangle(raster, place, PLATE, 0.78);
    drawText(raster, text, place.x + 2 * scale, place.y + 2 * scale, scale, colour);
  }
}

function candidates(box: Box, { width, height }: Pick<Box, 'width' | 'height'>, gap: number): Box[] {
  const corners = [
    [box.x, box.y - height - gap],
    [box.x + box.width - width, box.y - height - gap],
    [box.x, box.y + box.height + gap],
    [box.x + box.width - width, box.y + box.height + gap],
    [box.x + box.width + gap, box.y],
    [box.x - width - gap, box.y],
    [box.x + gap, box.y + gap],
  ];
  return corners.map(([x, y]) => ({ x, y, width, height }));
}

function isInside(box: Box, { height, width }: Raster): boolean {
  return box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
