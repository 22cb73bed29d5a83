import type { Size } from '../config/size.js';
import type { Random } from '../runtime/random.js';

/** A larger patch, or a thin one that is turned. */
export type CutPasteKind = 'normal' | 'scar';

/** The side at which the paper states the size of a scar. */
const PAPER_SIDE = 256;
/** How far brightness, contrast, saturation and hue of a patch are changed. */
const JITTER = 0.1;

/**
 * Cuts a rectangle from a picture, changes its colours a little, turns it if it is a scar, and pastes it elsewhere (Li et al., CutPaste,
 * CVPR 2021): 2 to 15 % of the area with a ratio of sides of 0.3 to 3.3; a scar is 10 to 25 by 2 to 16 pixels of 256 and turned by up to 45
 * degrees.
 *
 * @param rgb `height * width * 3`; borrowed
 * @param most the brightest level
 * @returns a picture of its own, and 1 where the patch lies
 */
export function cutPaste(
  rgb: Float32Array,
  { height, width }: Size,
  random: Random,
  kind: CutPasteKind,
  most: number,
): { readonly rgb: Float32Array; readonly mask: Uint8Array } {
  const [h, w] = patchSize(random, height, width, kind);
  const angle = kind === 'scar' ? random.uniform(-Math.PI / 4, Math.PI / 4) : 0;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [fromY, fromX] = [random.below(height - h + 1), random.below(width - w + 1)];
  // the box of the turned patch lies within the picture, as far as it fits
  const boxH = Math.min(height, Math.ceil(h * cos + w * Math.abs(sin)));
  const boxW = Math.min(width, Math.ceil(w * cos + h * Math.abs(sin)));
  const [toY, toX] = [random.below(height - boxH + 1), random.below(width - boxW + 1)];
  const color = someJitter(random, most);
  const out = rgb.slice();
  const mask = new Uint8Array(height * width);
  for (let y = 0; y < boxH; y++) {
    for (let x = 0; x < boxW; x++) {
      const [dy, dx] = [y + 0.5 - boxH / 2, x + 0.5 - boxW / 2];
      const row = Math.floor(dy * cos - dx * sin + h / 2);
      const column = Math.floor(dx * cos + dy * sin + w / 2);
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      const to = (toY + y) * width + toX + x;
      color(rgb, 3 * ((fromY + row) * width + fromX + column), out, 3 * to);
      mask[to] = 1;
    }
  }
  return { rgb: out, mask };
}

function patchSize(random: Random, height: number, width: number, kind: CutPasteKind): [number, number] {
  const fit = (value: number, length: number) => Math.min(length, Math.max(1, Math.round(value)));
  if (kind === 'scar') {
    const scale = Math.min(height, width) / PAPER_SIDE;
    return [fit(random.uniform(10, 25) * scale, height), fit(random.uniform(2, 16) * scale, width)];
  }
  const area = random.uniform(0.02, 0.15) * height * width;
  const ratio = random.below(2) === 0 ? random.uniform(0.3, 1) : random.uniform(1, 3.3);
  return [fit(Math.sqrt(area / ratio), height), fit(Math.sqrt(area * ratio), width)];
}

/** Changes of colour as of torchvision, but hue is turned about the grey axis and contrast is about the middle level. */
function someJitter(random: Random, most: number) {
  const factor = () => random.uniform(1 - JITTER, 1 + JITTER);
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const hue = 2 * Math.PI * random.uniform(-JITTER, JITTER);
  const [cos, sin] = [saturation * Math.cos(hue), (saturation * Math.sin(hue)) / Math.sqrt(3)];
  return (from: Float32Array, at: number, to: Float32Array, put: number) => {
    const [r, g, b] = [from[at], from[at + 1], from[at + 2]];
    const gray = (r + g + b) / 3;
    [
      [r, b - g],
      [g, r - b],
      [b, g - r],
    ].forEach(([value, across], c) => {
      const colored = gray + cos * (value - gray) + sin * across;
      const level = (brightness * colored - most / 2) * contrast + most / 2;
      to[put + c] = Math.min(most, Math.max(0, level));
    });
  };
}
