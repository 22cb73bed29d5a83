import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isTensorFormat, type WeightsEntry } from '../../config/weights-manifest.js';
import { ConfigError, DataError, WeightsError } from '../../errors.js';
import { silent, type Progress } from '../../runtime/progress.js';
import { networkOf } from '../backbones/architectures.js';
import { readModelArtifacts } from '../backbones/model-artifacts.js';
import type { WeightsStore } from '../weights-store.js';
import { pinOf, readPin } from './pin.js';
import { readParameters } from './read-parameters.js';
import { isAddress, stageFile, type StagedFile } from './stage-file.js';
import { namedWeightsFolders, userWeightsFolder } from './user-folder.js';
import { writeWhole } from './write-whole.js';

export interface ImportOptions {
  readonly store: WeightsStore;
  /** The weights folder; by default the first of `IMGANO_WEIGHTS`, or the user's own. */
  readonly dir?: string;
  /** Whether the network may be used; without it an address is refused. */
  readonly allowDownload?: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** A checkpoint that was taken into a weights folder. */
export interface ImportedWeights {
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
  /** To be shown: terms that come with the weights, and where they are published. */
  readonly license: string;
  readonly origin: string;
}

/**
 * Copies a checkpoint to the place where its manifest entry expects it, after it was checked: the hash where the manifest or an earlier
 * import knows it, and every tensor, or every shard of a tfjs model. Hashes are pinned beside the copies. Every file is written whole or
 * not at all.
 *
 * @param source a file; of a tfjs model its folder or its `model.json`; or an https address of the same
 * @param id of the manifest entry
 * @throws WeightsError when a file is another one than the manifest or the pin says, or does not fit the architecture; ConfigError for an
 *   address without `allowDownload`; DataError when a copy cannot be written; InterruptedError when the signal is raised
 */
export async function importWeights(source: string, id: string, options: ImportOptions): Promise<ImportedWeights> {
  const { store, dir = defaultFolder(), allowDownload = false, progress = silent, signal } = options;
  const entry = await store.entry(id);
  if (isAddress(source) && !allowDownload) {
    throw new ConfigError(
      `${source}: the network is not used unless it is allowed; add --allow-download, or bring the file`,
    );
  }
  progress.info(`licence of ${id}: ${entry.license}; origin: ${entry.origin}`);
  const folder = resolve(dir, entry.folder ?? entry.id);
  const made = await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new DataError(`${folder}: the weights folder cannot be made (${cause.message})`, { cause });
  });
  const staged: StagedFile[] = [];
  try {
    for (const [i, { path: name, bytes }] of entry.files.entries()) {
      const from = await sourceOf(source, entry, i);
      const file = await stageFile({ name, source: from, target: join(folder, name) }, { bytes, progress, signal });
      staged.push(file);
      await checkHash(entry, i, file);
    }
    await checkContent(entry, staged);
    signal?.throwIfAborted();
    for (const file of staged) await file.commit();
    for (const { target, sha256, name } of staged) {
      await writeWhole(pinOf(target), [`${sha256}  ${name}\n`], 'pin of the checkpoint');
    }
  } catch (error) {
    await Promise.all(staged.map((file) => file.discard()));
    if (made !== undefined) await removeEmpty(folder, made);
    throw error;
  }
  const files = staged.map(({ target, sha256, bytes }) => ({ path: target, sha256, bytes: bytes.length }));
  return { files, license: entry.license, origin: entry.origin };
}

function defaultFolder(): string {
  return namedWeightsFolders().at(0) ?? userWeightsFolder();
}

/** Removes the folders that were made for nothing, the deepest first; another import may be using one by now. */
async function removeEmpty(folder: string, made: string): Promise<void> {
  for (let at = folder; at.length >= made.length; at = dirname(at)) {
    if (
      !(await rmdir(at).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

/** Where the file of the entry lies: the source itself, or beside the first one. */
async function sourceOf(source: string, { files }: WeightsEntry, i: number): Promise<string> {
  if (isAddress(source)) return i === 0 ? source : new URL(files[i].path, source).href;
  const found = await stat(source).catch(() => null);
  if (found?.isDirectory() === true) return join(source, files[i].path);
  return i === 0 ? source : join(dirname(source), files[i].path);
}

async function checkHash(entry: WeightsEntry, i: number, { source, target, sha256 }: StagedFile): Promise<void> {
  const known = entry.files[i].sha256;
  const expected = known ?? (await readPin(target));
  if (expected === null || expected === sha256) return;
  const what =
    known === null
      ? `what ${pinOf(target)} says; remove that file if the checkpoint was meant to change`
      : 'the manifest';
  throw new WeightsError(
    `${source}: this is not the file of weights "${entry.id}": sha256 ${sha256} where ${expected} was expected by ${what}`,
  );
}

/** Opens the checkpoint as a backbone would, so that nothing is taken in that cannot be used. */
async function checkContent(entry: WeightsEntry, staged: readonly StagedFile[]): Promise<void> {
  const files = staged.map((file) => ({
    name: file.name,
    path: file.source,
    sha256: file.sha256,
    read: () => Promise.resolve(file.bytes),
  }));
  if (isTensorFormat(entry.format)) await readParameters(files[0], entry, networkOf(entry));
  else await readModelArtifacts({ id: entry.id, files });
}
