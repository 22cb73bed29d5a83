import type { Random } from '../../runtime/random.js';
import { threadCentre, type Cloth } from './cloth.js';
import type { Defect } from './kind.js';
import { paintBlot } from './marks.js';

const someThread = (random: Random) => 4 + random.below(16);

/** A weft that tore: it is missing over a stretch, at higher severity its neighbour too. */
const brokenThread: Defect<Cloth> = (cloth, random, severity) => {
  const axis = 'weft' as const;
  const thread = someThread(random);
  const length = 14 + 70 * severity;
  const from = random.uniform(20, 172 - length);
  const gaps = [{ axis, thread, from, to: from + length }];
  if (severity > 0.8) gaps.push({ axis, thread: thread + 1, from: from + 9, to: from + length - 14 });
  return { ...cloth, gaps };
};

/** A knot or slub: a thread that is too thick for a short way and lies on top of the others. */
const knot: Defect<Cloth> = (cloth, random, severity) => {
  const axis = 'weft' as const;
  const thread = someThread(random);
  const at = random.uniform(30, 162);
  const slubs = [{ axis, thread, at, length: 5 + 6 * severity, swell: 1.8 + 1.2 * severity }];
  return { ...cloth, slubs };
};

/** A blot of oil or rust, soft at its edge; the threads shine through. */
const stain: Defect<Cloth> = (cloth, random, severity) => {
  const blot = {
    x: random.uniform(35, 157),
    y: random.uniform(35, 157),
    radius: 7 + 15 * severity,
    rough: 0.55,
    soft: 0.6,
    flat: random.uniform(0.6, 1),
    angle: random.uniform(0, Math.PI),
    seed: random.below(2 ** 30),
  };
  const dark = 0.2 + 0.35 * severity;
  const tint = random.uniform() < 0.5 ? [0.7, 0.9, 1.25] : [0.9, 0.95, 1];
  return {
    ...cloth,
    marks: [
      (surface) =>
        paintBlot(surface, blot, (pixel, cover) => {
          for (let c = 0; c < 3; c++) surface.rgb[3 * pixel + c] *= 1 - cover * dark * tint[c];
        }),
    ],
  };
};

/** A hole: the threads of both directions end at its frayed rim. */
const hole: Defect<Cloth> = (cloth, random, severity) => {
  const x = threadCentre(cloth, 'warp', someThread(random));
  const y = threadCentre(cloth, 'weft', someThread(random));
  return { ...cloth, holes: [{ x, y, radius: 5.5 + 10 * severity }] };
};

export const wovenDefects: Readonly<Record<string, Defect<Cloth>>> = {
  broken_thread: brokenThread,
  hole,
  knot,
  stain,
};
