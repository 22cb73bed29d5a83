import { fractal } from '../../../ops/fractal-noise.js';
import { perlinNoise } from '../../../ops/perlin-noise.js';
import { mixNeighbours, neighbours } from '../bilinear.js';
import { smoothstep, visitBox, type Surface } from '../surface.js';
import { blankPainting, shadePixel, type Host, type Painter, type Painting } from './painting.js';

/** The paint is the host seen otherwise wherever it differs at all. */
function optical(painting: Painting): Painting {
  painting.cover.fill(1);
  return { ...painting, isOptical: true };
}

/** A shadow or too much light on a large part of the picture. */
export const illumination: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { x: cx, y: cy } = host.place(random);
  const radius = 45 + 45 * random.uniform();
  const factor = random.uniform() < 0.5 ? 1 - 0.7 * severity : 1 + 0.7 * severity;
  visitBox(host, { x0: cx - radius, y0: cy - radius, x1: cx + radius, y1: cy + radius }, (pixel, x, y) => {
    const part = 1 - smoothstep(0.3, 1, Math.hypot(x - cx, y - cy) / radius);
    shadePixel(painting, host, pixel, 1 + (factor - 1) * part);
  });
  return optical(painting);
};

/** The part is bent: its pattern is displaced within a region. */
export const warp: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { x: cx, y: cy } = host.place(random);
  const radius = 22 + 26 * severity * random.uniform(0.5, 1);
  const strength = 5 + 9 * severity;
  const [right, down] = [perlinNoise(random), perlinNoise(random)];
  const cell = radius / 1.3;
  visitBox(host, { x0: cx - radius, y0: cy - radius, x1: cx + radius, y1: cy + radius }, (pixel, x, y) => {
    const part = strength * smoothstep(0, 0.6, 1 - Math.hypot(x - cx, y - cy) / radius);
    const u = x + part * fractal(right, x / cell, y / cell, 2);
    const v = y + part * fractal(down, x / cell, y / cell, 2);
    sample(host, u, v, painting.paint, pixel);
  });
  return optical(painting);
};

/** A part of the picture is out of focus. */
export const defocus: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { x: cx, y: cy } = host.place(random);
  const radius = 30 + 30 * random.uniform();
  const blurred = boxBlur(host, Math.max(1, Math.round((1 + 2.2 * severity) * host.scale)));
  visitBox(host, { x0: cx - radius, y0: cy - radius, x1: cx + radius, y1: cy + radius }, (pixel, x, y) => {
    const part = smoothstep(0, 0.35, 1 - Math.hypot(x - cx, y - cy) / radius);
    for (let c = 3 * pixel; c < 3 * pixel + 3; c++) painting.paint[c] += part * (blurred[c] - painting.paint[c]);
  });
  return optical(painting);
};

/** Barrel or pincushion distortion of the whole picture around a place near its middle. */
export const lensDistortion: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { height, width, scale } = host;
  const [w, h] = [width / scale, height / scale];
  const [cx, cy] = [w, h].map((length) => length * random.uniform(0.4, 0.6));
  const strength = (random.uniform() < 0.5 ? -1 : 1) * (0.05 + 0.2 * severity);
  const reach = Math.hypot(w, h) / 2;
  visitBox(host, { x0: 0, y0: 0, x1: w, y1: h }, (pixel, x, y) => {
    const [dx, dy] = [x - cx, y - cy];
    const factor = 1 + strength * ((dx * dx + dy * dy) / reach ** 2);
    sample(host, cx + dx * factor, cy + dy * factor, painting.paint, pixel);
  });
  return optical(painting);
};

/** Paints a pixel with what the host shows at another place, in units. */
function sample(host: Surface, x: number, y: number, out: Float32Array, pixel: number): void {
  const from = neighbours(host, y * host.scale - 0.5, x * host.scale - 0.5);
  for (let c = 0; c < 3; c++) out[3 * pixel + c] = mixNeighbours(host.rgb, from, c);
}

/** Three running means along rows and columns: nearly a Gaussian. */
function boxBlur({ rgb, height, width }: Host, radius: number): Float32Array {
  let from = rgb.slice();
  let to = new Float32Array(rgb.length);
  for (let pass = 0; pass < 3; pass++) {
    for (const [lines, length, lineStep, step] of [
      [height, width, 3 * width, 3],
      [width, height, 3, 3 * width],
    ]) {
      for (let line = 0; line < lines; line++) {
        for (let c = 0; c < 3; c++) {
          const start = line * lineStep + c;
          const at = (i: number) => from[start + step * Math.min(length - 1, Math.max(0, i))];
          let sum = 0;
          for (let i = -radius; i <= radius; i++) sum += at(i);
          for (let i = 0; i < length; i++) {
            to[start + step * i] = sum / (2 * radius + 1);
            sum += at(i + radius + 1) - at(i - radius);
          }
        }
      }
      [from, to] = [to, from];
    }
  }
  return from;
}
