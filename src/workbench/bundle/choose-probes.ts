import { extname } from 'node:path';
import { openDataset } from '../../data/dataset.js';
import { encodePng } from '../../data/encode.js';
import type { PictureSource } from '../../data/picture.js';
import { readFileWhole } from '../../data/read-whole.js';
import { openSources } from '../../data/sources.js';
import { machined } from '../../data/synthesis/machined.js';
import { studio } from '../../data/synthesis/studio.js';
import { DataError } from '../../errors.js';
import { Random } from '../../runtime/random.js';

/** Side of a made-up picture. */
const SIDE = 128;

/** A probe before it is in the bundle. */
export interface ChosenProbe {
  /** The file that it comes from, which is also what its reference is named after; null of a made-up one. */
  readonly source: PictureSource | null;
  readonly bytes: Uint8Array;
  /** Of the file, with its dot. */
  readonly suffix: string;
}

/**
 * Chooses probe pictures from a data set (good ones and ones with defects in turn) or from a folder, evenly spread in the order of their
 * names. The files themselves are taken, so that their decoding is proved too.
 *
 * @throws DataError when there are none
 */
export async function probesFromData(path: string, count: number): Promise<ChosenProbe[]> {
  const items = await openDataset(path).catch(() => null);
  const classes =
    items === null
      ? [await openSources(path)]
      : [1, 0].map((label) => items.filter((item) => item.label === label).map(({ source }) => source));
  const filled = classes.filter(({ length }) => length > 0);
  const chosen = filled.flatMap((sources, i) => {
    const share = Math.floor(count / filled.length) + (i < count % filled.length ? 1 : 0);
    return evenly(sources, share);
  });
  return Promise.all(
    chosen.map(async (source) => {
      if (source.file === undefined || (source.file.options.page ?? 0) > 0) {
        throw new DataError(`${source.name}: expected a picture file as a probe; name a folder of them with --data`);
      }
      const { path: file } = source.file;
      return { source, bytes: await readFileWhole(file), suffix: extname(file).toLowerCase() };
    }),
  );
}

/** Made-up machined parts, good and with defects in turn: the same for the same seed. */
export async function syntheticProbes(count: number, seed: number): Promise<ChosenProbe[]> {
  const camera = studio(machined);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const random = new Random(seed).fork(`probe ${i}`);
      const defect = camera.defects[Math.floor(i / 2) % camera.defects.length];
      const data = i % 2 === 0 ? camera.bad(defect, 1, random, SIDE).pixels : camera.good(random, SIDE);
      return { source: null, bytes: await encodePng({ width: SIDE, height: SIDE, channels: 3, data }), suffix: '.png' };
    }),
  );
}

function evenly<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / taken)]);
}
