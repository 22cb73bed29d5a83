import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import { runCommand } from './run-command.js';
import type { PinnedPackage } from './versions.js';

/**
 * Puts a pinned package into `into/node_modules/NAME`: a copy of the one that the project has, if it is the same
 * version (a plant without internet), else from the npm registry. Its scripts do not run.
 *
 * @returns the folder of the package
 * @throws UnsupportedBackendError if the registry cannot be reached, or gives other bytes than the pinned ones
 */
export async function fetchPackage(pinned: PinnedPackage, into: string, signal?: AbortSignal): Promise<string> {
  const target = join(into, 'node_modules', pinned.name);
  mkdirSync(target, { recursive: true });
  const local = localCopy(pinned);
  if (local !== null) {
    cpSync(local, target, {
      recursive: true,
      // its own dependencies, library and addon stay where they are
      filter: (from) => !['node_modules', 'deps', 'lib'].some((name) => from === join(local, name)),
    });
    return target;
  }
  const spec = `${pinned.name}@${pinned.version}`;
  const { stdout } = await runCommand('npm', ['pack', '--json', '--pack-destination', into, spec], { signal });
  const [packed] = JSON.parse(stdout) as { filename: string; integrity: string }[];
  if (packed.integrity !== pinned.integrity) {
    throw new UnsupportedBackendError(
      `${spec}: expected ${pinned.integrity}, the registry gave ${packed.integrity}; check which registry npm uses`,
    );
  }
  const archive = join(into, packed.filename.replace('@', '').replace('/', '-'));
  await runCommand('tar', ['-xzf', archive, '-C', target, '--strip-components=1'], { signal });
  rmSync(archive);
  return target;
}

function localCopy(pinned: PinnedPackage): string | null {
  for (const start of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      const manifest = createRequire(start).resolve(`${pinned.name}/package.json`);
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
      if (version === pinned.version) return dirname(manifest);
    } catch {
      // not installed there
    }
  }
  return null;
}
