import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = '.tmp-';

/**
 * Makes a temporary folder inside the cache, so that the finished build moves to its name by one rename, and removes
 * those that interrupted installations left behind (their process is gone).
 */
export function openWorkshop(root: string): string {
  mkdirSync(root, { recursive: true });
  for (const name of staleWorkshops(root)) rmSync(join(root, name), { recursive: true, force: true });
  return mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
}

/** Names of temporary folders whose process has ended. */
export function staleWorkshops(root: string): string[] {
  return readdirSync(root).filter((name) => {
    const pid = new RegExp(`^\\${PREFIX}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's process, but a living one
  }
}
