import type { Noise } from '../../ops/fractal-noise.js';
import type { Random } from '../../runtime/random.js';
import { threadCentre, type Axis, type Cloth } from './cloth.js';
import type { Kind } from './kind.js';
import { blankSurface, smoothstep, UNITS, type Surface } from './surface.js';
import { valueNoise } from './value-noise.js';
import { wovenDefects } from './woven-defects.js';

const colors: Readonly<Record<Axis, readonly [number, number, number]>> = {
  warp: [0.36, 0.47, 0.6],
  weft: [0.76, 0.75, 0.7],
};

/** Woven cloth, pale weft over blue warp: no two pieces show the same threads in the same place. */
export const woven: Kind<Cloth> = { name: 'woven', plan, render, defects: wovenDefects };

function plan(random: Random): Cloth {
  return {
    seed: random.below(2 ** 30),
    angle: random.uniform(-0.025, 0.025),
    phase: { warp: random.uniform(0, 8), weft: random.uniform(0, 8) },
    pitch: { warp: random.uniform(7.4, 7.7), weft: random.uniform(7.9, 8.2) },
    tone: random.uniform(0.96, 1.04),
    gaps: [],
    slubs: [],
    holes: [],
    marks: [],
  };
}

/** What a thread is at each sample of its length. */
interface Thread {
  readonly centre: Float32Array;
  readonly half: Float32Array;
  readonly tone: number;
}

const MARGIN = 2;

function render(cloth: Cloth, side: number): Surface {
  const step = UNITS / side;
  const cos = Math.cos(cloth.angle);
  const sin = Math.sin(cloth.angle);
  const fibre = valueNoise(cloth.seed + 11);
  const threads = { warp: spin(cloth, 'warp', side), weft: spin(cloth, 'weft', side) };
  const surface = blankSurface(side);
  const half = UNITS / 2;

  for (let py = 0; py < side; py++) {
    for (let px = 0; px < side; px++) {
      const x = (px + 0.5) * step - half;
      const y = (py + 0.5) * step - half;
      const u = half + x * cos + y * sin;
      const v = half + y * cos - x * sin;
      const warp = topThread(cloth, 'warp', threads.warp, u, v, step);
      const weft = topThread(cloth, 'weft', threads.weft, v, u, step);
      const at = (py * side + px) * 3;
      if (warp === null && weft === null) {
        surface.rgb.fill(0.05, at, at + 3);
        continue;
      }
      const isWarp = weft === null || (warp !== null && warp.height > weft.height);
      const seen = isWarp ? warp! : weft;
      const shade = cloth.tone * shadeOf(seen, isWarp ? v : u, fibre, isWarp ? 0 : 500);
      const color = isWarp ? colors.warp : colors.weft;
      for (let c = 0; c < 3; c++) surface.rgb[at + c] = color[c] * shade;
    }
  }
  for (const mark of cloth.marks) mark(surface);
  return surface;
}

interface Seen {
  readonly height: number;
  /** -1..1 from one edge of the thread to the other. */
  readonly offset: number;
  readonly rise: number;
  readonly tone: number;
  readonly number: number;
}

/** The thread of one direction that lies on top of its neighbours at a place. */
function topThread(
  cloth: Cloth,
  axis: Axis,
  threads: readonly Thread[],
  across: number,
  along: number,
  step: number,
): Seen | null {
  const near = Math.round((across - cloth.phase[axis]) / cloth.pitch[axis]);
  let top: Seen | null = null;
  for (let number = near - 1; number <= near + 1; number++) {
    const thread = threads[number + MARGIN];
    if (thread === undefined) continue;
    const sample = Math.min(thread.half.length - 1, Math.max(0, Math.floor(along / step)));
    const width = thread.half[sample];
    const offset = (across - thread.centre[sample]) / width;
    if (!(Math.abs(offset) < 1)) continue;
    const rise = crimp(cloth, axis, number, along);
    const height = 0.55 * Math.sqrt(1 - offset * offset) * Math.min(2, width / 3.5) + 0.6 * rise;
    if (top === null || height > top.height) top = { height, offset, rise, tone: thread.tone, number };
  }
  return top;
}

/** Lit from above and one side, with the twist of the yarn and its fine fibres. */
function shadeOf({ height, offset, rise, tone, number }: Seen, along: number, fibre: Noise, plane: number): number {
  const twist = fibre(along * 0.28 + 0.9 * offset + 37 * number, offset * 2.2 + plane);
  const fine = fibre(along * 1.1 + 3 * offset + 91 * number, offset * 3.5 + plane + 900);
  const round = 0.5 + 0.3 * Math.sqrt(1 - offset * offset) + 0.2 * rise - 0.13 * offset;
  return 1.1 * tone * round * (1 + 0.13 * twist + 0.09 * fine) * (0.78 + 0.22 * smoothstep(-0.6, 0.5, height));
}

/** -1 (under) to 1 (over) along a thread. */
function crimp(cloth: Cloth, axis: Axis, thread: number, along: number): number {
  const isWarp = axis === 'warp';
  const position = isWarp
    ? (along - cloth.phase.weft) / cloth.pitch.weft
    : (along - cloth.phase.warp) / cloth.pitch.warp;
  const row = Math.floor(position);
  const t = smoothstep(0, 1, position - row);
  return over(isWarp, thread - row) * (1 - t) + over(isWarp, thread - row - 1) * t;
}

/** Twill: a warp thread comes to the top at every third crossing, one crossing further in each thread. */
function over(isWarp: boolean, diagonal: number): number {
  const onTop = (isWarp ? diagonal : -diagonal) % 3 === 0;
  return onTop === isWarp ? 1 : -1;
}

/** The threads of one direction, from two before the picture to two behind it. */
function spin(cloth: Cloth, axis: Axis, side: number): Thread[] {
  const noise = valueNoise(cloth.seed + (axis === 'warp' ? 1 : 2));
  const step = UNITS / side;
  const count = Math.ceil(UNITS / cloth.pitch[axis]) + 2 * MARGIN;
  return Array.from({ length: count }, (_, i) => {
    const k = i - MARGIN;
    const centre = new Float32Array(side);
    const half = new Float32Array(side);
    const base = threadCentre(cloth, axis, k);
    const girth = 1 + 0.05 * noise(k * 3.1, 400);
    for (let s = 0; s < side; s++) {
      const along = (s + 0.5) * step;
      centre[s] = base + 0.45 * noise(k * 7.7, along / 23) + 0.25 * noise(k * 5.3, along / 90);
      half[s] =
        0.49 * cloth.pitch[axis] * girth * (1 + 0.07 * noise(k * 9.1 + 50, along / 9)) * present(cloth, axis, k, along);
    }
    return { centre, half, tone: 1 + 0.05 * noise(k * 2.3, 700) };
  });
}

/** How much of a thread's width there is: 0 in a gap or a hole, more than 1 in a slub. */
function present(cloth: Cloth, axis: Axis, thread: number, along: number): number {
  let part = 1;
  for (const gap of cloth.gaps) {
    if (gap.axis !== axis || gap.thread !== thread) continue;
    const inside = Math.min(along - gap.from, gap.to - along);
    part *= 1 - smoothstep(-5, 0, inside);
  }
  for (const slub of cloth.slubs) {
    if (slub.axis !== axis || slub.thread !== thread) continue;
    part *= 1 + (slub.swell - 1) * Math.exp(-(((along - slub.at) / slub.length) ** 2));
  }
  for (const hole of cloth.holes) {
    const across = threadCentre(cloth, axis, thread);
    const [x, y] = axis === 'warp' ? [across, along] : [along, across];
    // Every thread breaks at a place of its own, so the rim is frayed.
    const ragged = hole.radius * (1 + 0.25 * Math.sin(thread * 12.9898 + (axis === 'warp' ? 0 : 2)));
    part *= smoothstep(ragged - 1.5, ragged + 1.5, Math.hypot(x - hole.x, y - hole.y));
  }
  return part < 0.15 ? 0 : part;
}
