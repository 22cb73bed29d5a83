import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTrouble } from '../../data/file-trouble.js';
import { DataError } from '../../errors.js';
import { RUN_FILES } from '../train/run-files.js';
import { readRun, summaryOf, type RunSummary } from './read-run.js';

/** Folders of folders of runs are looked into, but not for ever. */
const DEPTH = 4;

export interface RunFilter {
  readonly model?: string;
  readonly dataset?: string;
  readonly recipe?: string;
}

export interface RunList {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** Folders with a report that cannot be read, and why. */
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
}

/**
 * The runs below a folder, the newest first.
 *
 * @throws DataError when the folder cannot be read
 */
export async function listRuns(root: string, filter: RunFilter = {}): Promise<RunList> {
  const runs: RunSummary[] = [];
  const unreadable: { path: string; message: string }[] = [];
  for (const path of await foldersOfRuns(root, DEPTH)) {
    try {
      runs.push(summaryOf(await readRun(path)));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      unreadable.push({ path, message: error.message });
    }
  }
  const wanted = (Object.keys(filter) as (keyof RunFilter)[]).filter((key) => filter[key] !== undefined);
  const kept = runs.filter((run) => wanted.every((key) => run[key] === filter[key]));
  // Of the same time, the later name: a clash gets a number.
  return { runs: kept.sort((a, b) => order(b.created, a.created) || order(b.name, a.name)), unreadable };
}

async function foldersOfRuns(root: string, depth: number): Promise<string[]> {
  if (existsSync(join(root, RUN_FILES.report))) return [root];
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw new DataError(`${root}: the runs cannot be listed, because ${fileTrouble(error)}`, { cause: error });
  });
  // A name with a dot is a run in the making.
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  if (depth === 0) return [];
  const below = await Promise.all(
    folders.map(({ name }) => foldersOfRuns(join(root, name), depth - 1).catch(() => [])),
  );
  return below.flat();
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
