import { perlinNoise } from '../../../ops/perlin-noise.js';
import { paintLine, type Point } from '../marks.js';
import { smoothstep } from '../surface.js';
import { blankPainting, colorPixel, coverPixel, shadePixel, type Color, type Painter } from './painting.js';
import { wander } from './wander.js';

/** Full in the middle of a stroke, fading to its ends. */
const tapered = (along: number, share = 0.15) => smoothstep(0, share, along) * smoothstep(0, share, 1 - along);
/** Full up to `width`, gone a pixel further. */
const inside = (distance: number, width: number, scale: number) =>
  1 - smoothstep(width - 0.4 / scale, width + 0.6 / scale, Math.abs(distance));

/** A furrow with a bright burr and a dark side. */
export const scratch: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const line = wander(random, host.place(random), {
    length: 25 + 90 * severity * random.uniform(),
    step: 6,
    turn: 0.1,
  });
  const width = 0.5 + 0.8 * severity;
  const isBright = random.uniform() < 0.6;
  paintLine(host, line, 2.6 * width + 1, (pixel, distance, along) => {
    const cover = Math.max(
      inside(distance, width, host.scale),
      0.7 * inside(distance - 1.6 * width, 0.8 * width, host.scale),
    );
    shadePixel(painting, host, pixel, distance < width === isBright ? 1.8 : 0.25);
    coverPixel(painting, pixel, cover * tapered(along));
  });
  return painting;
};

/** A dark, jagged line that branches. */
export const crack: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const trunk = wander(random, host.place(random), { length: 35 + 85 * severity, step: 4, turn: 0.45 });
  const draw = (line: readonly Point[], width: number) =>
    paintLine(host, line, width + 1.5, (pixel, distance, along) => {
      const thin = width * (1 - 0.6 * Math.abs(2 * along - 1));
      shadePixel(painting, host, pixel, 0.15);
      coverPixel(painting, pixel, inside(distance, thin, host.scale));
    });
  draw(trunk, 0.6 + 0.7 * severity);
  const branches = 1 + random.below(3);
  for (let i = 0; i < branches; i++) {
    const from = trunk[1 + random.below(trunk.length - 1)];
    const branch = wander(random, from, { length: 10 + 30 * severity * random.uniform(), step: 3, turn: 0.5 });
    draw(branch.slice(branch.length >> 1), 0.45 + 0.4 * severity);
  }
  return painting;
};

/** Many fine parallel marks, as a brush or grinding leaves them. */
export const brush: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const middle = host.place(random);
  const angle = random.uniform(0, Math.PI);
  const [half, reach] = [10 + 14 * severity, 22 + 30 * severity];
  const count = Math.round(14 + 22 * severity);
  for (let i = 0; i < count; i++) {
    const [across, along] = [half * random.uniform(-1, 1), 0.35 * reach * random.normal()];
    const at = {
      x: middle.x + along * Math.cos(angle) - across * Math.sin(angle),
      y: middle.y + along * Math.sin(angle) + across * Math.cos(angle),
    };
    const line = wander(random, at, { length: reach * random.uniform(0.5, 1), step: 8, turn: 0.02, angle });
    const shade = random.uniform() < 0.5 ? random.uniform(0.35, 0.65) : random.uniform(1.35, 1.7);
    const width = random.uniform(0.35, 0.75);
    paintLine(host, line, width + 1, (pixel, distance, share) => {
      const cover = inside(distance, width, host.scale) * tapered(share, 0.3);
      if (cover > painting.cover[pixel]) shadePixel(painting, host, pixel, shade);
      coverPixel(painting, pixel, cover);
    });
  }
  return painting;
};

const FIBERS: readonly Color[] = [
  [0.08, 0.08, 0.12],
  [0.95, 0.94, 0.9],
  [0.16, 0.24, 0.55],
];

/** A hair or thread that lies on the part, with its shadow. */
export const fiber: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const line = wander(random, host.place(random), { length: 50 + 90 * severity, step: 3, turn: 0.09, curls: true });
  const width = 0.5 + 0.4 * severity;
  const color = FIBERS[random.below(FIBERS.length)];
  paintLine(host, line, width + 2.5, (pixel, distance) => {
    const [body, shadow] = [inside(distance, width, host.scale), 0.4 * inside(distance - 1.5, 1, host.scale)];
    if (body >= shadow) colorPixel(painting, host, pixel, color, 0);
    else shadePixel(painting, host, pixel, 0.4);
    coverPixel(painting, pixel, Math.max(body, shadow));
  });
  return painting;
};

const INKS: readonly Color[] = [
  [0.75, 0.1, 0.12],
  [0.1, 0.2, 0.65],
  [0.06, 0.06, 0.08],
  [0.1, 0.5, 0.25],
];

/** A stroke of a felt pen: even, with the streaks of its tip. */
export const marker: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const line = wander(random, host.place(random), { length: 30 + 70 * severity, step: 5, turn: 0.14, curls: true });
  const width = 1.6 + 1.8 * severity;
  const ink = INKS[random.below(INKS.length)];
  const streaks = perlinNoise(random);
  paintLine(host, line, width + 1, (pixel, distance, along) => {
    colorPixel(painting, host, pixel, ink, 0.25);
    coverPixel(
      painting,
      pixel,
      inside(distance, width, host.scale) * (0.88 + 0.2 * streaks(2.5 * distance, 8 * along)),
    );
  });
  return painting;
};

/** Folds: a light and a dark side along soft lines that run together. */
export const wrinkle: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const middle = host.place(random);
  const angle = random.uniform(0, Math.PI);
  const count = 2 + random.below(3);
  for (let i = 0; i < count; i++) {
    const across = (i - (count - 1) / 2) * random.uniform(7, 12);
    const at = { x: middle.x - across * Math.sin(angle), y: middle.y + across * Math.cos(angle) };
    const width = random.uniform(1.6, 3) * (0.6 + 0.6 * severity);
    const walk = { length: 40 + 70 * severity * random.uniform(0.5, 1), step: 6, turn: 0.05, curls: true, angle };
    paintLine(host, wander(random, at, walk), 3 * width, (pixel, distance, along) => {
      const t = distance / width;
      const slope = t * Math.exp(0.5 - 0.5 * t * t);
      const cover = Math.abs(slope) * tapered(along, 0.25);
      if (cover > painting.cover[pixel]) shadePixel(painting, host, pixel, slope > 0 ? 0.45 : 1.5);
      coverPixel(painting, pixel, cover);
    });
  }
  return painting;
};
