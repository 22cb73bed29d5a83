import type { Picture } from '../../src/data/picture.js';

const BOARD = { height: 128, width: 160 };

export interface BoardOptions {
  /** How far the whole print is moved, in whole pixels. */
  readonly dy?: number;
  readonly dx?: number;
  /** `spur`: copper that sticks out of a track; `open`: a gap in one; `hole`: a pinhole in the pad. */
  readonly defect?: 'spur' | 'open' | 'hole';
  readonly bright?: number;
  readonly name?: string;
}

/** A made-up printed circuit in two levels: tracks, a bend, a pad, with edges that jag by a pixel. */
export function board({ dy = 0, dx = 0, defect, bright = 230, name = 'board.png' }: BoardOptions = {}): Picture {
  const { height, width } = BOARD;
  const rgb = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const copper = isCopper(row - dy, column - dx) !== isDefect(row - dy, column - dx, defect);
      rgb.fill(copper ? 20 : bright, (row * width + column) * 3, (row * width + column + 1) * 3);
    }
  }
  return { height, width, rgb, source: name };
}

function isCopper(y: number, x: number): boolean {
  const jag = (x * 7 + y * 3) % 11 === 0 ? 1 : 0;
  const track = y > 20 && y <= 32 + jag;
  const bend = x > 100 - jag && x <= 110 && y > 32 && y < 96;
  const slope = Math.abs(y - x - 30) <= 5 + jag && x < 70;
  const pad = (y - 96) ** 2 + (x - 105) ** 2 < 18 ** 2;
  return track || bend || slope || pad;
}

/** Where the defect turns copper to board, or board to copper. */
function isDefect(y: number, x: number, defect: BoardOptions['defect']): boolean {
  if (defect === 'spur') return y > 34 && y <= 44 && x > 60 && x <= 68;
  if (defect === 'open') return y > 56 && y <= 64 && x > 98 && x <= 112 && isCopper(y, x);
  if (defect === 'hole') return (y - 96) ** 2 + (x - 105) ** 2 < 4 ** 2;
  return false;
}
