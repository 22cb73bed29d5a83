import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../errors.js';

/**
 * Builds a folder beside its final place and moves it there when it is whole: a stopped or failed run leaves nothing
 * half done.
 *
 * @throws DataError when the folder exists and is not empty, or cannot be made
 */
export async function writeRunFolder(path: string, build: (dir: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  await requireRoom(path);
  const draft = await makeDraft(target, path);
  try {
    await build(draft);
    if (existsSync(target)) await rm(target, { recursive: true });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** @throws DataError when something lies at the place of a run folder */
export async function requireRoom(path: string): Promise<void> {
  const target = resolve(path);
  if (!existsSync(target)) return;
  const names = await readdir(target).catch(() => null);
  if (names?.length === 0) return;
  throw new DataError(`${path}: the run folder exists already and is not empty; choose another folder or remove it`);
}

async function makeDraft(target: string, path: string): Promise<string> {
  try {
    await mkdir(dirname(target), { recursive: true });
    // Not mkdtemp: its folder would stay closed to everybody else, and a service often runs as another user.
    const draft = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
    await mkdir(draft);
    return draft;
  } catch (error) {
    throw new DataError(`${path}: the run folder cannot be made (${(error as Error).message})`, { cause: error });
  }
}
