import type { Random } from '../../runtime/random.js';
import type { Board, Shape } from './board.js';
import type { Defect } from './kind.js';
import { blend, paintBlot, type Point } from './marks.js';
import { smoothstep } from './surface.js';

type Pad = Extract<Shape, { kind: 'pad' }>;
type Trace = Extract<Shape, { kind: 'stroke' }>;

const padsOf = (board: Board) => board.artwork.bare.filter((shape): shape is Pad => shape.kind === 'pad');
const choose = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];

/** A pad whose copper came off: wholly, or at low severity at one end. */
const missingPad: Defect<Board> = (board, random, severity) => {
  const pad = choose(random, padsOf(board));
  const kept = severity > 0.6 ? 0 : 0.75 - 0.6 * severity;
  const rest: Pad = { ...pad, x: pad.x - (pad.w * (1 - kept)) / 2, w: pad.w * kept };
  const without = (shapes: readonly Shape[]) => shapes.filter((shape) => shape !== pad);
  const copper = kept > 0 ? [...board.artwork.copper, rest] : board.artwork.copper;
  // The lacquer still has its window. What was copper in it is bare laminate.
  const gone = { ...board.artwork, copper, bare: without(board.artwork.bare) };
  return { ...board, artwork: { ...gone, windows: [pad] } };
};

/** A bridge of solder between two neighbouring pads. */
const short: Defect<Board> = (board, random, severity) => {
  const pads = padsOf(board);
  const pairs = pads.flatMap((a) =>
    pads.filter((b) => b.x === a.x && b.y > a.y && b.y - a.y < 13).map((b) => [a, b] as const),
  );
  const [a, b] = choose(random, pairs);
  const x = a.x + random.uniform(-a.w / 4, a.w / 4);
  const middle = { x: x + random.uniform(-1.5, 1.5), y: (a.y + b.y) / 2 };
  const bridge: Shape = { kind: 'stroke', width: 1.3 + 2.4 * severity, line: [{ x, y: a.y }, middle, { x, y: b.y }] };
  return { ...board, artwork: { ...board.artwork, bare: [...board.artwork.bare, bridge] } };
};

/** Copper that sticks out of a trace under the lacquer, as far as its neighbour when severe. */
const spur: Defect<Board> = (board, random, severity) => {
  const { from, across } = placeOnTrace(board, random);
  const reach = 4 + 6.5 * severity;
  const tip = { x: from.x + across.x * reach, y: from.y + across.y * reach };
  const half = { x: from.x + across.x * reach * 0.5, y: from.y + across.y * reach * 0.5 };
  const copper: Shape[] = [
    { kind: 'stroke', width: 3 + 1.6 * severity, line: [from, half] },
    { kind: 'stroke', width: 1.6 + 1.2 * severity, line: [half, tip] },
  ];
  return { ...board, artwork: { ...board.artwork, copper: [...board.artwork.copper, ...copper] } };
};

/** A place in the middle of a straight piece of a trace that is free of pads, and the direction across it. */
function placeOnTrace(board: Board, random: Random): { from: Point; across: Point } {
  for (;;) {
    const { line } = choose(random, board.artwork.copper) as Trace;
    const i = random.below(line.length - 1);
    const length = Math.hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
    const t = random.uniform(0.3, 0.7);
    const from = { x: line[i].x + t * (line[i + 1].x - line[i].x), y: line[i].y + t * (line[i + 1].y - line[i].y) };
    const free = board.artwork.bare.every((shape) => {
      const { x, y } = shape.kind === 'pad' ? shape : shape.line[0];
      return Math.hypot(x - from.x, y - from.y) > 12;
    });
    if (length < 8 || !free) continue;
    const turn = random.uniform() < 0.5 ? 1 : -1;
    const across = {
      x: (-turn * (line[i + 1].y - line[i].y)) / length,
      y: (turn * (line[i + 1].x - line[i].x)) / length,
    };
    return { from, across };
  }
}

/** Ink that was wiped while wet: a streak that begins strong and thins out. */
const smear: Defect<Board> = (board, random, severity) => {
  const blot = {
    x: random.uniform(45, 147),
    y: random.uniform(35, 157),
    radius: 9 + 17 * severity,
    flat: 0.4,
    angle: random.uniform(0, 2 * Math.PI),
    rough: 0.35,
    soft: 0.5,
    seed: random.below(2 ** 30),
  };
  const strength = 0.22 + 0.45 * severity;
  return {
    ...board,
    marks: [
      (surface) =>
        paintBlot(surface, blot, (pixel, cover, dx, dy) => {
          const streaks = 0.7 + 0.3 * Math.sin(dy * 17 + 2 * Math.sin(dy * 7));
          blend(surface, pixel, [0.86, 0.87, 0.83], strength * cover * streaks * (1 - 0.7 * smoothstep(-1, 1, dx)));
        }),
    ],
  };
};

export const printedDefects: Readonly<Record<string, Defect<Board>>> = {
  missing_pad: missingPad,
  short,
  smear,
  spur,
};
