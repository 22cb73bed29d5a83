import { type Size } from '../../src/config/size.js';

/** A mask that is hard to label, drawn by a rule on (y, x). */
export interface Scene {
  readonly name: string;
  readonly size: Size;
  readonly mask: Uint8Array;
}

function drawn(name: string, height: number, width: number, rule: (y: number, x: number) => boolean): Scene {
  const mask = Uint8Array.from({ length: height * width }, (_, p) => (rule(Math.floor(p / width), p % width) ? 1 : 0));
  return { name, size: { height, width }, mask };
}

/** A square spiral of one-pixel walls: one component that meets itself only at its end. */
function spiral(side: number): Scene {
  const mask = new Uint8Array(side * side);
  let [y, x, dy, dx] = [0, 0, 0, 1];
  const free = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < side && column < side && mask[row * side + column] === 0;
  for (;;) {
    mask[y * side + x] = 1;
    const blocked = !free(y + dy, x + dx) || (inside(y + 2 * dy, x + 2 * dx) && !free(y + 2 * dy, x + 2 * dx));
    if (blocked) [dy, dx] = [dx, -dy];
    const again = !free(y + dy, x + dx) || (inside(y + 2 * dy, x + 2 * dx) && !free(y + 2 * dy, x + 2 * dx));
    if (again) break;
    [y, x] = [y + dy, x + dx];
  }
  return { name: `spiral ${side}`, size: { height: side, width: side }, mask };

  function inside(row: number, column: number): boolean {
    return row >= 0 && column >= 0 && row < side && column < side;
  }
}

/** Masks that break labellings which merge too little, too much or too late. */
export const scenes: readonly Scene[] = [
  spiral(33),
  spiral(64),
  drawn('comb, teeth up', 40, 61, (y, x) => y === 39 || x % 2 === 0),
  drawn('comb, teeth down', 40, 61, (y, x) => y === 0 || x % 3 === 0),
  drawn(
    'two combs, interlocked',
    41,
    63,
    (y, x) => (y === 0 && x > 1) || (y === 40 && x < 61) || (x % 4 === 2 && y < 38) || (x % 4 === 0 && y > 2),
  ),
  drawn('checkerboard', 31, 32, (y, x) => (x + y) % 2 === 0),
  drawn('isolated pixels', 31, 32, (y, x) => x % 2 === 0 && y % 2 === 0),
  drawn('diagonals', 37, 37, (y, x) => (x - y + 100) % 3 === 0),
  drawn('anti-diagonals', 37, 38, (y, x) => (x + y) % 3 === 0),
  drawn('snake', 45, 50, (y, x) => y % 4 === 0 || x === (y % 8 < 4 ? 49 : 0)),
  drawn('rings', 63, 63, (y, x) => Math.max(Math.abs(y - 31), Math.abs(x - 31)) % 2 === 0),
  drawn('V shapes', 30, 90, (y, x) => Math.abs((x % 18) - 9) === 9 - Math.floor((y % 15) / 1.7)),
  drawn('full', 17, 23, () => true),
  drawn('empty', 17, 23, () => false),
  drawn('one row', 1, 70, (_, x) => x % 5 < 3),
  drawn('one column', 70, 1, (y) => y % 5 < 3),
  drawn('one pixel', 1, 1, () => true),
  drawn('widths that words do not divide', 19, 13, (y, x) => (y * 7 + x * x) % 5 < 2),
];
