import { join } from 'node:path';
import { suggestion } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { encodePng } from '../encode.js';
import { makeFolder } from '../make-folder.js';
import { writeFileWhole } from '../write-whole.js';
import { machined } from './machined.js';
import { printed } from './printed.js';
import { studio } from './studio.js';
import { woven } from './woven.js';

const studios = { woven: studio(woven), machined: studio(machined), printed: studio(printed) };
export type DemoKind = keyof typeof studios;

export interface DemoDataOptions {
  readonly seed?: number;
  /** Side of the pictures in pixels; 192 by default. */
  readonly size?: number;
  /** Pictures of each kind: 24 good ones to learn, and 12 good and 12 bad ones for the test by default. */
  readonly trainGood?: number;
  readonly testGood?: number;
  readonly testBad?: number;
  readonly kinds?: readonly DemoKind[];
}

/**
 * Writes a made-up data set that looks like one: for each kind (woven cloth, a machined flange, a printed board) a folder in the
 * layout of MVTec AD, with defects from subtle to plain and their exact masks. Equal options give equal pixels. Files of
 * the same name are replaced.
 *
 * @throws ConfigError for an unknown kind or a wrong number
 * @throws DataError when the folder cannot be written
 */
export async function generateDemoData(dir: string, options: DemoDataOptions = {}): Promise<void> {
  const { seed = 0, size = 192, trainGood = 24, testGood = 12, testBad = 12 } = options;
  const wanted = options.kinds ?? (Object.keys(studios) as DemoKind[]);
  checkOptions(size, { trainGood, testGood, testBad }, wanted);
  for (const name of wanted) {
    const random = new Random(seed).fork(name);
    const root = join(dir, name);
    for (const [folder, count] of [
      ['train', trainGood],
      ['test', testGood],
    ] as const) {
      await inFolder(join(root, folder, 'good'), count, async (i) => {
        const pixels = studios[name].good(random.fork(`${folder} ${i}`), size);
        return [[`${numbered(i)}.png`, pixels, 3]];
      });
    }
    const defects = studios[name].defects;
    for (const [d, defect] of defects.entries()) {
      const count = Math.floor((testBad + defects.length - 1 - d) / defects.length);
      const masks = join('..', '..', 'ground_truth', defect);
      if (count > 0) await makeFolder(join(root, 'ground_truth', defect));
      await inFolder(join(root, 'test', defect), count, async (i) => {
        const severity = 0.15 + (0.85 * i) / Math.max(1, count - 1);
        const { pixels, mask } = studios[name].bad(defect, severity, random.fork(`${defect} ${i}`), size);
        const levels = mask.map((value) => value * 255);
        return [
          [`${numbered(i)}.png`, pixels, 3],
          [join(masks, `${numbered(i)}_mask.png`), levels, 1],
        ];
      });
    }
  }

  async function inFolder(
    folder: string,
    count: number,
    make: (i: number) => Promise<[name: string, data: Uint8Array, channels: 1 | 3][]>,
  ): Promise<void> {
    if (count === 0) return;
    await makeFolder(folder);
    const writing: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      for (const [name, data, channels] of await make(i)) {
        const bytes = encodePng({ width: size, height: size, channels, data });
        writing.push(bytes.then((png) => writeFileWhole(join(folder, name), png)));
      }
    }
    await Promise.all(writing);
  }
}

const numbered = (i: number) => String(i).padStart(3, '0');

function checkOptions(size: number, counts: Readonly<Record<string, number>>, wanted: readonly string[]): void {
  if (!Number.isInteger(size) || size < 64 || size > 2048) {
    throw new ConfigError(`demo data: expected a size of 64 to 2048 whole pixels, got ${size}`);
  }
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 0) {
      throw new ConfigError(`demo data: expected ${name} to be a whole number of 0 or more, got ${count}`);
    }
  }
  const names = Object.keys(studios);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      `demo data: expected kinds of ${names.join(', ')}, got "${unknown}"${suggestion(unknown, names)}`,
    );
  }
}
