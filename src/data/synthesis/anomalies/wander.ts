import type { Random } from '../../../runtime/random.js';
import type { Point } from '../marks.js';

export interface Walk {
  /** All in units. */
  readonly length: number;
  readonly step: number;
  /** The standard deviation of a change of direction, in radians a step. */
  readonly turn: number;
  /** The direction does not jump but bends: the changes themselves change slowly. */
  readonly curls?: boolean;
  readonly angle?: number;
}

/** A random walk whose middle is at a place. */
export function wander(random: Random, middle: Point, { length, step, turn, curls = false, angle }: Walk): Point[] {
  const count = Math.max(2, Math.ceil(length / step));
  let direction = angle ?? random.uniform(0, 2 * Math.PI);
  let bend = 0;
  const line: Point[] = [{ x: 0, y: 0 }];
  for (let i = 0; i < count; i++) {
    bend = curls ? 0.85 * bend + turn * random.normal() : turn * random.normal();
    direction += bend;
    const { x, y } = line[i];
    line.push({ x: x + step * Math.cos(direction), y: y + step * Math.sin(direction) });
  }
  const half = line[line.length >> 1];
  return line.map(({ x, y }) => ({ x: x - half.x + middle.x, y: y - half.y + middle.y }));
}
