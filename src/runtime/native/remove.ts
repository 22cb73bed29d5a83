import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_FILE } from './build.js';
import { nativeFolder } from './folder.js';
import { staleWorkshops } from './workshop.js';

/**
 * Removes every native build of the cache and what interrupted installations left there. Nothing else in that folder
 * is touched: `IMGANO_NATIVE_DIR` may point anywhere.
 *
 * @returns the folders that were removed
 */
export function removeNative(root: string = nativeFolder()): string[] {
  if (!existsSync(root)) return [];
  const builds = readdirSync(root).filter((name) => isBuild(join(root, name)));
  const removed = [...builds, ...staleWorkshops(root)].map((name) => join(root, name));
  for (const dir of removed) rmSync(dir, { recursive: true });
  return removed;
}

function isBuild(dir: string): boolean {
  return lstatSync(dir).isDirectory() && existsSync(join(dir, BUILD_FILE));
}
