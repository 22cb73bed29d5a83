import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'out');

/** How a child process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a TypeScript module in a process of its own, as tests of what happens before or while a library loads need it.
 * Imports inside it are written relative to the root of the repository: `./src/...`.
 */
export async function runModule(source: string, env: Record<string, string | undefined> = {}): Promise<Ended> {
  mkdirSync(out, { recursive: true });
  const dir = mkdtempSync(join(out, 'module-'));
  const file = join(dir, 'module.ts');
  writeFileSync(file, source.replaceAll("'./src/", "'../../src/"));
  try {
    return await new Promise((done) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', file],
        { cwd: root, env: { ...process.env, ...env } },
        (_, stdout, stderr) => done({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
      );
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
