import type { Random } from '../../../runtime/random.js';
import type { Point } from '../marks.js';
import type { Surface } from '../surface.js';

/** The picture that gets a defect. */
export interface Host extends Surface {
  /** A place where a defect may be, in units. */
  place(random: Random): Point;
}

/** A defect on its host, before both are blended. */
export interface Painting {
  /** How the picture would look where the defect is, R G B from 0 to 1; owned by the painting. */
  readonly paint: Float32Array;
  /** How much of it shows at each pixel, 0..1. */
  readonly cover: Float32Array;
  /** The paint is the host itself, seen otherwise (blurred, bent, lit): to mix both would give a double image. */
  readonly isOptical?: boolean;
  /** 1 where the paint is a cut-out with its surroundings, for seamless blends; absent = the defect has an edge of its own. */
  readonly context?: Uint8Array;
}

/** Paints a kind of defect. `severity` is above 0 and at most 1: what is small at 0 is plain at 1. */
export type Painter = (host: Host, random: Random, severity: number) => Painting;

/** The host without a defect, to be painted on. */
export function blankPainting({ rgb, height, width }: Surface): Painting {
  return { paint: rgb.slice(), cover: new Float32Array(height * width) };
}

/** Raises the cover of a pixel; what covers already is not covered twice. */
export function coverPixel({ cover }: Painting, pixel: number, part: number): void {
  if (part > cover[pixel]) cover[pixel] = Math.min(1, part);
}

export type Color = readonly [number, number, number];

/** Paints a pixel with a colour, keeping a share of the light and dark of what lies below. */
export function colorPixel({ paint }: Painting, { rgb }: Surface, pixel: number, color: Color, kept: number): void {
  const light = (rgb[3 * pixel] + rgb[3 * pixel + 1] + rgb[3 * pixel + 2]) / 3;
  for (let c = 0; c < 3; c++) paint[3 * pixel + c] = color[c] * (1 - kept + kept * light);
}

/** Makes a pixel of the host darker (0 = black) or, above 1, brighter: 2 is white. */
export function shadePixel({ paint }: Painting, { rgb }: Surface, pixel: number, factor: number): void {
  for (let c = 0; c < 3; c++) {
    const value = rgb[3 * pixel + c];
    paint[3 * pixel + c] = factor <= 1 ? value * factor : value + (1 - value) * (factor - 1);
  }
}
