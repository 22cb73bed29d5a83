import { type Random } from '../../../runtime/random.js';
import type { BinaryMask } from '../../decode-mask.js';
import type { Picture } from '../../picture.js';
import { closeMask } from '../spread-mask.js';
import { frameOf } from '../surface.js';
import { blendPainting, type Blend } from './blend-painting.js';
import type { Host, Painter } from './painting.js';

export interface AnomalyRule {
  /** What is painted; its name goes into the results. */
  readonly preset: string;
  readonly painter: Painter;
  readonly blend: Blend;
  /** The opacity at severity 1. */
  readonly alpha: number;
  /** Drawn for every defect from the first to the second. */
  readonly severity: readonly [number, number];
  /** Drawn for every picture from the first to the second. */
  readonly defects: readonly [number, number];
  /** Where defects may be; null = everywhere. Of the picture's size. */
  readonly roi: BinaryMask | null;
  /** Draws of one defect until it can be seen. */
  readonly tries: number;
}

export interface PlantedDefect {
  readonly preset: string;
  readonly severity: number;
  readonly seed: number;
  readonly area: number;
}

export interface Anomaly {
  readonly picture: Picture;
  /** `height * width`, 1 where the picture shows a defect. */
  readonly mask: Uint8Array;
  /** Those that can be seen; at least one. */
  readonly defects: readonly PlantedDefect[];
}

/** Grey levels of 8 bits: a smaller change is not part of a defect. */
const CHANGED = 6 / 255;
/** What can be seen at all: an area for a picture of 192 pixels, and the strongest change. */
const VISIBLE = { area: 12, peak: 18 / 255 };

/**
 * Plants defects of one kind in a good picture. Every defect is drawn anew until it can be seen. Grey pictures stay grey, 16 bits stay 16 bits,
 * and outside the mask no pixel changes by more than 6 of 255 levels for each defect.
 *
 * @returns null when no defect could be seen after all tries
 */
export function synthesizeAnomaly(picture: Picture, rule: AnomalyRule, random: Random): Anomaly | null {
  const most = picture.rgb instanceof Uint16Array ? 65_535 : 255;
  const gray = isGray(picture);
  let rgb: Float32Array = Float32Array.from(picture.rgb, (value) => value / most);
  const mask = new Uint8Array(picture.height * picture.width);
  const defects: PlantedDefect[] = [];
  const count = rule.defects[0] + random.below(rule.defects[1] - rule.defects[0] + 1);
  for (let i = 0; i < count; i++) {
    for (let attempt = 0; attempt < rule.tries; attempt++) {
      const draw = random.fork(`defect ${i} try ${attempt}`);
      const planted = plant({ ...frameOf(picture), rgb, place: placesOf(picture, rule.roi) }, rule, draw, gray);
      if (planted === null) continue;
      rgb = planted.rgb;
      planted.mask.forEach((value, pixel) => (mask[pixel] |= value));
      defects.push({ preset: rule.preset, severity: planted.severity, seed: draw.seed, area: planted.area });
      break;
    }
  }
  if (defects.length === 0) return null;
  const levels = rgb.map((value) => Math.min(most, Math.max(0, Math.round(value * most))));
  const out = picture.rgb instanceof Uint16Array ? Uint16Array.from(levels) : Uint8Array.from(levels);
  return { picture: { ...picture, rgb: out }, mask, defects };
}

/** Whether every pixel is grey. */
export function isGray({ rgb }: Picture): boolean {
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  return true;
}

function plant(
  host: Host,
  { painter, blend, alpha, severity: range, roi }: AnomalyRule,
  random: Random,
  gray: boolean,
) {
  const severity = random.uniform(...range);
  const painting = painter(host, random, severity);
  const rgb = blendPainting(host, painting, { blend, strength: alpha * severity, roi: roi?.data ?? null });
  if (gray) turnGray(rgb);
  const mask = new Uint8Array(host.height * host.width);
  let [area, peak] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    let most = 0;
    for (let c = 3 * i; c < 3 * i + 3; c++) most = Math.max(most, Math.abs(rgb[c] - host.rgb[c]));
    const isCovered = painting.isOptical !== true && painting.cover[i] >= 0.5 && roi?.data[i] !== 0;
    if (most > CHANGED) area++;
    if (most > CHANGED || isCovered) mask[i] = 1;
    peak = Math.max(peak, most);
  }
  if (area < VISIBLE.area * host.scale ** 2 || peak < VISIBLE.peak) return null;
  if (painting.isOptical !== true) return { rgb, mask, severity, area };
  // what is bent or blurred differs at its lines alone, but is one region
  return { rgb, mask: closeMask(mask, host, Math.max(1, Math.round(3 * host.scale))), severity, area };
}

/** ITU-R 601 luma. */
function turnGray(rgb: Float32Array): void {
  for (let i = 0; i < rgb.length; i += 3) rgb.fill(0.299 * rgb[i] + 0.587 * rgb[i + 1] + 0.114 * rgb[i + 2], i, i + 3);
}

function placesOf({ height, width }: Picture, roi: BinaryMask | null): Host['place'] {
  const { scale } = frameOf({ height, width });
  if (roi === null)
    return (random) => ({ x: (width / scale) * random.uniform(), y: (height / scale) * random.uniform() });
  const pixels: number[] = [];
  roi.data.forEach((inside, pixel) => inside === 1 && pixels.push(pixel));
  return (random) => {
    const pixel = pixels[random.below(pixels.length)];
    return { x: ((pixel % width) + 0.5) / scale, y: (Math.floor(pixel / width) + 0.5) / scale };
  };
}
