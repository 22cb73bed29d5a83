import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decode, suggestion } from '../config/codec.js';
import { WeightsEntry } from '../config/weights-manifest.js';
import { WeightsError } from '../errors.js';
import { locateWeights } from './weights/locate.js';
import { cachedWeightsFolder, namedWeightsFolders, userWeightsFolder } from './weights/user-folder.js';

/** A file of a checkpoint on this machine. */
export interface ResolvedFile {
  /** As the manifest names it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /**
   * The bytes of the file, verified themselves: what is used is what was hashed, even if the file changes meanwhile.
   *
   * @throws WeightsError when the file changed after it was resolved
   */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A checkpoint on this machine, already verified. */
export interface ResolvedWeights {
  readonly id: string;
  readonly entry: WeightsEntry;
  /** In the order of the manifest entry. */
  readonly files: readonly ResolvedFile[];
}

/** Finds and verifies external weights by their manifest id. */
export interface WeightsStore {
  /** Every entry that the manifest folders hold, by id. */
  entries(): Promise<readonly WeightsEntry[]>;
  /** @throws WeightsError when the id is unknown, with the closest one */
  entry(id: string): Promise<WeightsEntry>;
  /** @throws WeightsError when the id is unknown, a file is missing, or its hash differs (both hashes are named) */
  resolve(id: string): Promise<ResolvedWeights>;
}

/** The manifest that comes with the package: entries only, never weights. */
const PACKAGE_MANIFEST = resolve(import.meta.dirname, '../../weights-manifest');
/** The JSON Schema of an entry, which lies among them. */
const SCHEMA = 'schema.json';

export interface WeightsStoreOptions {
  /** Folders with further manifest entries (`*.json`), searched after the package's own. */
  readonly manifestDirs?: readonly string[];
  /** Folders with checkpoints, searched first. */
  readonly searchDirs?: readonly string[];
}

/**
 * Opens the store of external weights. Checkpoints are looked for in `searchDirs` (`--weights`), in the folders of
 * `IMGANO_WEIGHTS`, in the user's data folder, and in the user's cache folder; in each of them below the entry's folder, below its
 * id, and directly. Entries that the package does not have may lie in a folder `manifest` of each.
 * Every `resolve` hashes every file: nothing about a checkpoint is remembered, only the entries.
 */
export function openWeightsStore(options: WeightsStoreOptions = {}): WeightsStore {
  const manifestDirs = [PACKAGE_MANIFEST, ...(options.manifestDirs ?? [])];
  const searchDirs = [
    ...(options.searchDirs ?? []),
    ...namedWeightsFolders(),
    userWeightsFolder(),
    cachedWeightsFolder(),
  ].map((dir) => resolve(dir));

  let known: Promise<WeightsEntry[]> | undefined;
  const entries = () =>
    (known ??= readManifest(
      manifestDirs,
      searchDirs.map((dir) => join(dir, 'manifest')),
    ));
  const entry = async (id: string): Promise<WeightsEntry> => {
    const all = await entries();
    const found = all.find((candidate) => candidate.id === id);
    if (found !== undefined) return found;
    const ids = all.map((candidate) => candidate.id);
    throw new WeightsError(
      `weights "${id}" are not in the manifest${suggestion(id, ids)}; it knows: ${ids.join(', ') || 'nothing'}`,
    );
  };
  return {
    entries,
    entry,
    resolve: async (id): Promise<ResolvedWeights> => locateWeights(await entry(id), searchDirs),
  };
}

/** @param optional folders that need not be there */
async function readManifest(required: readonly string[], optional: readonly string[]): Promise<WeightsEntry[]> {
  const found = new Map<string, { entry: WeightsEntry; path: string }>();
  for (const dir of new Set([...required, ...optional])) {
    const names = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' && !required.includes(dir)) return [];
      throw new WeightsError(`${dir}: the weights manifest folder cannot be read (${cause.message})`, { cause });
    });
    for (const name of names.filter((n) => n.endsWith('.json') && n !== SCHEMA).sort()) {
      const path = join(dir, name);
      const entry = decode(WeightsEntry, await readJson(path), path);
      const earlier = found.get(entry.id);
      if (earlier !== undefined) {
        throw new WeightsError(
          `weights "${entry.id}" are described twice, in ${earlier.path} and in ${path}; remove one`,
        );
      }
      found.set(entry.id, { entry, path });
    }
  }
  return [...found.values()].map(({ entry }) => entry).sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new WeightsError(`${path}: the manifest entry is not readable JSON (${(cause as Error).message})`, { cause });
  }
}
