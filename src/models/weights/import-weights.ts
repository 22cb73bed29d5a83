import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { WeightsEntry } from '../../config/weights-manifest.js';
import { ConfigError, DataError, WeightsError } from '../../errors.js';
import { networkOf } from '../backbones/architectures.js';
import type { WeightsStore } from '../weights-store.js';
import { readCheckpoint } from './checkpoint.js';
import { matchParameters } from './match-parameters.js';
import { pinOf, readPin } from './pin.js';
import { userWeightsFolder } from './user-folder.js';
import { writeWhole } from './write-whole.js';

/** A checkpoint that was taken into a weights folder. */
export interface ImportedWeights {
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** To be shown: terms that come with the weights. */
  readonly license: string;
}

/**
 * Copies a PyTorch checkpoint to the place where its manifest entry expects it, after it was checked: the hash where the manifest or an
 * earlier import knows it, and every tensor. The hash is pinned beside the copy. Both files are written whole or not at all.
 *
 * @param file safetensors
 * @param id of the manifest entry
 * @param dir the weights folder; by default the user's own
 * @throws WeightsError when the file is another one than the manifest or the pin says, or does not fit the architecture; ConfigError when
 *   the entry is a tfjs model; DataError when the copy cannot be written
 */
export async function importWeights(
  file: string,
  id: string,
  { store, dir = userWeightsFolder() }: { store: WeightsStore; dir?: string },
): Promise<ImportedWeights> {
  const entry = await store.entry(id);
  if (entry.format !== 'safetensors' || entry.files.length !== 1) {
    throw new ConfigError(`weights "${id}" are a tfjs model of several files; copy its folder to ${join(dir, id)}`);
  }
  const source = resolve(file);
  const bytes = await readFile(source).catch((cause: Error) => {
    throw new WeightsError(`${source}: the checkpoint cannot be read (${cause.message})`, { cause });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = resolve(dir, entry.folder ?? entry.id, entry.files[0].path);
  await checkHash(entry, source, path, sha256);
  const network = networkOf(entry);
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const checkpoint = await readCheckpoint({ path: source, read: () => Promise.resolve(view) });
  matchParameters(checkpoint, network.parameters, network.dropped);
  await mkdir(dirname(path), { recursive: true }).catch((cause: Error) => {
    throw new DataError(`${dirname(path)}: the weights folder cannot be made (${cause.message})`, { cause });
  });
  if (source !== path) await writeWhole(path, [bytes], 'checkpoint');
  await writeWhole(pinOf(path), [`${sha256}  ${entry.files[0].path}\n`], 'pin of the checkpoint');
  return { path, sha256, bytes: bytes.length, license: entry.license };
}

async function checkHash(entry: WeightsEntry, source: string, path: string, sha256: string): Promise<void> {
  const known = entry.files[0].sha256;
  const expected = known ?? (await readPin(path));
  if (expected === null || expected === sha256) return;
  const what =
    known === null
      ? `what ${pinOf(path)} says; remove that file if the checkpoint was meant to change`
      : 'the manifest';
  throw new WeightsError(
    `${source}: this is not the file of weights "${entry.id}": sha256 ${sha256} where ${expected} was expected by ${what}`,
  );
}
