import { fractal, type Noise } from '../../../ops/fractal-noise.js';
import { perlinNoise } from '../../../ops/perlin-noise.js';
import { proceduralTexture } from '../../../ops/procedural-texture.js';
import type { Random } from '../../../runtime/random.js';
import { smoothstep, visitBox } from '../surface.js';
import { blankPainting, colorPixel, coverPixel, shadePixel, type Host, type Painter } from './painting.js';

interface PatchRule {
  /** In units, before the noise bends the outline. */
  readonly radius: number;
  readonly octaves: number;
  readonly persistence: number;
  /** How far the outline fades; 0 = sharp. */
  readonly soft: number;
}

/**
 * Walks a patch whose outline is fractal Perlin noise. `depth` is 0 at its outline and about 1 in its middle.
 */
function visitPatch(
  host: Host,
  random: Random,
  { radius, octaves, persistence, soft }: PatchRule,
  visit: (pixel: number, cover: number, depth: number, x: number, y: number) => void,
): void {
  const { x: cx, y: cy } = host.place(random);
  const flat = random.uniform(0.5, 1);
  const angle = random.uniform(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const noise = perlinNoise(random);
  const cell = radius / random.uniform(0.9, 1.6);
  const reach = 1.9 * radius;
  visitBox(host, { x0: cx - reach, y0: cy - reach, x1: cx + reach, y1: cy + reach }, (pixel, x, y) => {
    const u = ((x - cx) * cos + (y - cy) * sin) / radius;
    const v = ((y - cy) * cos - (x - cx) * sin) / (radius * flat);
    const depth = 1 - Math.hypot(u, v) + 1.5 * fractal(noise, x / cell, y / cell, octaves, persistence);
    const cover = smoothstep(-soft, soft + 0.02, depth);
    if (cover > 0) visit(pixel, cover, depth, x, y);
  });
}

const finer = (random: Random, cell: number): Noise => {
  const noise = perlinNoise(random);
  return (x, y) => fractal(noise, x / cell, y / cell, 3, 0.6);
};

/** A dried liquid: a brownish film with a darker rim. */
export const stain: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const rule = { radius: 9 + 16 * severity, octaves: 3, persistence: 0.55, soft: 0.12 };
  const strength = random.uniform(0.45, 0.7);
  visitPatch(host, random, rule, (pixel, cover, depth) => {
    const film = strength * (0.75 + 0.5 * (1 - smoothstep(0.05, 0.3, depth)));
    [0.7, 0.9, 1.2].forEach((tint, c) => (painting.paint[3 * pixel + c] *= 1 - Math.min(0.95, film * tint)));
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

/** Rust: orange to brown, grainy, over the light and dark of the part. */
export const rust: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const grain = finer(random, 5);
  const rule = { radius: 8 + 16 * severity, octaves: 4, persistence: 0.6, soft: 0.2 };
  visitPatch(host, random, rule, (pixel, cover, depth, x, y) => {
    const t = smoothstep(-0.5, 0.5, grain(x, y) + 0.2 * depth - 0.1);
    colorPixel(painting, host, pixel, [0.75 - 0.45 * t, 0.4 - 0.25 * t, 0.16 - 0.1 * t], 0.35);
    coverPixel(painting, pixel, cover * (0.8 + 0.4 * grain(x, y)));
  });
  return painting;
};

/** A film of oil: dark, with bands of colour and a gloss. */
export const oil: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const swirl = finer(random, 16);
  const rule = { radius: 10 + 17 * severity, octaves: 3, persistence: 0.5, soft: 0.06 };
  visitPatch(host, random, rule, (pixel, cover, depth, x, y) => {
    const phase = 5 * depth + 4 * swirl(x, y);
    const gloss = smoothstep(0.75, 1, Math.sin(phase + 1));
    [0, 2.1, 4.2].forEach((shift, c) => {
      const band = 0.09 * (1 + Math.sin(phase + shift));
      painting.paint[3 * pixel + c] = painting.paint[3 * pixel + c] * 0.3 + band + 0.22 * gloss;
    });
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

/** A burn: charred in its middle, brown around it, with no sharp edge. */
export const burn: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const grain = finer(random, 4);
  const rule = { radius: 8 + 14 * severity, octaves: 3, persistence: 0.55, soft: 0.4 };
  visitPatch(host, random, rule, (pixel, cover, depth, x, y) => {
    const char = smoothstep(0.1, 0.6, depth + 0.3 * grain(x, y));
    colorPixel(painting, host, pixel, [0.42 - 0.37 * char, 0.24 - 0.2 * char, 0.1 - 0.07 * char], 0.6 * (1 - char));
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

/** Foreign material: a patch of a texture that does not belong there. */
export const texture: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const foreign = proceduralTexture(random, host.height, host.width);
  const rule = { radius: 10 + 16 * severity, octaves: 3, persistence: 0.55, soft: 0.05 };
  visitPatch(host, random, rule, (pixel, cover) => {
    for (let c = 0; c < 3; c++) painting.paint[3 * pixel + c] = foreign[3 * pixel + c];
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

/** Wear: the coating is gone along an edge of the part, which shines. */
export const edgeWear: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { at, strength } = edgesOf(host, random);
  const grain = finer(random, 6);
  const reach = 16 + 24 * severity;
  visitBox(host, { x0: at.x - reach, y0: at.y - reach, x1: at.x + reach, y1: at.y + reach }, (pixel, x, y) => {
    const lobe = 1 - Math.hypot(x - at.x, y - at.y) / reach;
    const cover =
      smoothstep(0.25, 0.55, strength[pixel] * (0.6 + 0.8 * lobe) + 0.5 * grain(x, y)) * smoothstep(0, 0.25, lobe);
    shadePixel(painting, host, pixel, 1.65 + 0.25 * grain(x + 40, y));
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

/** How near every pixel is to an edge of the host, 0..1, and a place on one: the best of some. */
function edgesOf(host: Host, random: Random) {
  const { height, width, rgb, scale } = host;
  const step = Math.max(1, Math.round(1.5 * scale));
  const strength = new Float32Array(height * width);
  let most = 1e-6;
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - step) * width, Math.min(height - 1, y + step) * width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [y * width + Math.max(0, x - step), y * width + Math.min(width - 1, x + step)];
      const slope = Math.hypot(
        rgb[3 * right + 1] - rgb[3 * left + 1],
        rgb[3 * (below + x) + 1] - rgb[3 * (above + x) + 1],
      );
      strength[y * width + x] = slope;
      most = Math.max(most, slope);
    }
  }
  for (let i = 0; i < strength.length; i++) strength[i] = smoothstep(0.15, 0.6, strength[i] / most);
  const valueAt = ({ x, y }: { x: number; y: number }) =>
    strength[Math.floor(y * scale) * width + Math.floor(x * scale)];
  const places = Array.from({ length: 24 }, () => host.place(random));
  const at = places.reduce((best, place) => (valueAt(place) > valueAt(best) ? place : best));
  return { at, strength };
}
