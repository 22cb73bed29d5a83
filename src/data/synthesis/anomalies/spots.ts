import { paintBlot, type Point } from '../marks.js';
import { smoothstep, visitBox } from '../surface.js';
import type { Random } from '../../../runtime/random.js';
import { blankPainting, colorPixel, coverPixel, shadePixel, type Color, type Painter } from './painting.js';

const someSeed = (random: Random) => random.below(2 ** 30);

function near(random: Random, { x, y }: Point, distance: number): Point {
  return { x: x + distance * random.normal(), y: y + distance * random.normal() };
}

/** Small holes, lit from one side: a dark wall and a bright one. */
export const pit: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const middle = host.place(random);
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i++) {
    const at = i === 0 ? middle : near(random, middle, 14);
    const blot = {
      ...at,
      radius: random.uniform(1.8, 2.6 + 3.4 * severity),
      rough: 0.3,
      soft: 0.35,
      seed: someSeed(random),
    };
    paintBlot(host, blot, (pixel, cover, dx, dy) => {
      shadePixel(painting, host, pixel, dx + dy > 0.75 ? 1.5 : 0.2 + 0.15 * (dx + dy + 1));
      coverPixel(painting, pixel, cover);
    });
  }
  return painting;
};

/** Blisters: a ring that is bright towards the light and dark away from it, with a highlight. */
export const bubble: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const middle = host.place(random);
  const count = 1 + random.below(5);
  for (let i = 0; i < count; i++) {
    const at = i === 0 ? middle : near(random, middle, 16);
    const blot = {
      ...at,
      radius: random.uniform(2.5, 4 + 7 * severity),
      rough: 0.08,
      soft: 0.15,
      seed: someSeed(random),
    };
    paintBlot(host, blot, (pixel, cover, dx, dy) => {
      const r = Math.hypot(dx, dy);
      const rim = smoothstep(0.45, 0.85, r);
      const lit = -(dx + dy) / (Math.SQRT2 * Math.max(r, 1e-6));
      const highlight = Math.hypot(dx + 0.35, dy + 0.35) < 0.2;
      shadePixel(painting, host, pixel, highlight ? 1.9 : 1.12 + rim * (lit > 0 ? 0.5 * lit : 0.85 * lit));
      coverPixel(painting, pixel, cover * (highlight ? 1 : 0.5 + 0.5 * rim));
    });
  }
  return painting;
};

const DROPS: readonly Color[] = [
  [0.07, 0.06, 0.06],
  [0.93, 0.93, 0.9],
  [0.45, 0.28, 0.12],
];

/** Drops of many sizes around a place, as of paint or solder. */
export const spatter: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const middle = host.place(random);
  const color = DROPS[random.below(DROPS.length)];
  const count = Math.round(10 + 40 * severity * random.uniform(0.5, 1));
  const spread = 9 + 13 * severity;
  for (let i = 0; i < count; i++) {
    const radius = Math.min(5, 0.7 * Math.exp(0.6 * random.normal()) * (0.8 + severity));
    const blot = {
      ...near(random, middle, i === 0 ? 0 : spread),
      radius,
      rough: 0.25,
      soft: 0.3,
      seed: someSeed(random),
    };
    paintBlot(host, blot, (pixel, cover) => {
      colorPixel(painting, host, pixel, color, 0.15);
      coverPixel(painting, pixel, cover);
    });
  }
  return painting;
};

/** Light thrown back by a gloss: white in its middle, fading outwards. */
export const glare: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const blot = {
    ...host.place(random),
    radius: 16 + 26 * severity * random.uniform(0.5, 1),
    rough: 0.1,
    soft: 0.95,
    flat: random.uniform(0.3, 0.8),
    angle: random.uniform(0, Math.PI),
    seed: someSeed(random),
  };
  paintBlot(host, blot, (pixel, cover) => {
    shadePixel(painting, host, pixel, 1.97);
    coverPixel(painting, pixel, cover);
  });
  return painting;
};

const TAPES: readonly Color[] = [
  [0.86, 0.76, 0.5],
  [0.92, 0.92, 0.9],
  [0.25, 0.42, 0.72],
];

/** A strip of adhesive tape: what lies below shines through, its edges catch the light. */
export const tape: Painter = (host, random, severity) => {
  const painting = blankPainting(host);
  const { x: cx, y: cy } = host.place(random);
  const [long, wide] = [16 + 24 * severity * random.uniform(0.5, 1), 6 + 8 * severity];
  const angle = random.uniform(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const color = TAPES[random.below(TAPES.length)];
  const reach = Math.hypot(long, wide) + 1;
  visitBox(host, { x0: cx - reach, y0: cy - reach, x1: cx + reach, y1: cy + reach }, (pixel, x, y) => {
    const u = Math.abs((x - cx) * cos + (y - cy) * sin);
    // torn, not cut, at both ends
    const v = Math.abs((y - cy) * cos - (x - cx) * sin);
    const end = long - 0.8 * Math.abs(Math.sin(2.1 * v + cx));
    const depth = Math.min(end - u, wide - v);
    if (depth <= 0) return;
    colorPixel(painting, host, pixel, color, depth < 0.8 ? 0 : 0.45);
    coverPixel(painting, pixel, depth < 0.8 ? 0.95 : 0.8);
  });
  return painting;
};
