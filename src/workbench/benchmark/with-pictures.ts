import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PictureSource } from '../../data/picture.js';
import { openSources } from '../../data/sources.js';
import type { OpenedRun } from '../../inference/open-run.js';
import { makePictures } from './made-pictures.js';

/**
 * The pictures that were named, or made ones of the model's input size, which are gone afterwards.
 *
 * @param count how many are made
 * @throws DataError when a picture that was named is not there
 */
export async function withPictures<T>(
  run: OpenedRun,
  inputs: readonly string[],
  count: number,
  work: (sources: readonly PictureSource[]) => Promise<T>,
): Promise<T> {
  if (inputs.length > 0) return work(await openSources(inputs));
  const dir = await mkdtemp(join(tmpdir(), 'imgano-benchmark-'));
  try {
    return await work(await openSources(await makePictures(dir, run.info.input, count)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
