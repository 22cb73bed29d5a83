import type { ColourScale } from './colour-scale.js';
import { fillRectangle, type Colour, type Raster } from './raster.js';
import { drawText, TEXT_HEIGHT, textWidth } from './text.js';

const PAPER: Colour = [22, 24, 30];
const INK: Colour = [214, 218, 226];
const BRIGHT: Colour = [255, 255, 255];
/** What the colours of the scale are laid over: a mid grey, as on most parts. */
const BASE: Colour = [120, 120, 120];

/** Height of the strip in pixels. */
export function legendHeight(scale: number): number {
  return (TEXT_HEIGHT + 20) * scale;
}

/**
 * Draws the colour scale on a strip at the lower end of the raster: the bar, a mark at the threshold, and the values at
 * both ends as far as they fit.
 *
 * @param scale pixels a dot of text
 */
export function drawLegend(raster: Raster, colours: ColourScale, scale: number): void {
  const top = raster.height - legendHeight(scale);
  fillRectangle(raster, { x: 0, y: top, width: raster.width, height: legendHeight(scale) }, PAPER);

  const margin = 6 * scale;
  const bar = {
    x: margin,
    y: top + 5 * scale,
    width: Math.max(1, Math.min(raster.width - 2 * margin, 300 * scale)),
    height: 6 * scale,
  };
  fillRectangle(raster, bar, BASE);
  const last = Math.max(1, bar.width - 1);
  for (let x = 0; x < bar.width; x++) {
    const value = colours.low + ((colours.high - colours.low) * x) / last;
    for (let y = 0; y < bar.height; y++) {
      const at = 3 * ((bar.y + y) * raster.width + bar.x + x);
      if (bar.x + x < raster.width) colours.blend(raster.data, at, value);
    }
  }

  const mark = bar.x + Math.round(colours.position(colours.threshold) * last);
  const tick = { x: mark - Math.floor(scale / 2), y: bar.y - 2 * scale, width: scale, height: bar.height + 4 * scale };
  fillRectangle(raster, tick, BRIGHT);
  drawValues(raster, colours, { ...bar, mark, textTop: bar.y + bar.height + 4 * scale }, scale);
}

/** The threshold is written first; the ends give way to it. */
function drawValues(
  raster: Raster,
  colours: ColourScale,
  at: { x: number; width: number; mark: number; textTop: number },
  scale: number,
): void {
  const value = short(colours.threshold);
  const long = `THRESHOLD ${value}`;
  const ends = [short(colours.low), `${short(colours.high)}+`];
  const gap = 6 * scale;
  const fits = (text: string) =>
    at.mark - textWidth(text, scale) / 2 > at.x + textWidth(ends[0], scale) + gap &&
    at.mark + textWidth(text, scale) / 2 < at.x + at.width - textWidth(ends[1], scale) - gap;
  const text = fits(long) ? long : value;
  const left = Math.max(at.x, at.mark - Math.floor(textWidth(text, scale) / 2));
  drawText(raster, text, left, at.textTop, scale, BRIGHT);
  if (left > at.x + textWidth(ends[0], scale) + gap) drawText(raster, ends[0], at.x, at.textTop, scale, INK);
  const right = at.x + at.width - textWidth(ends[1], scale);
  if (right > left + textWidth(text, scale) + gap) drawText(raster, ends[1], right, at.textTop, scale, INK);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
