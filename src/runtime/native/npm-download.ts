import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError, UnsupportedBackendError } from '../../errors.js';
import { findAddon } from './installed.js';
import { runCommand } from './run-command.js';
import { TFJS_NODE } from './versions.js';

/**
 * Lets the package download its own library and addon, in a folder of the cache.
 *
 * @returns the folder of the package
 * @throws UnsupportedBackendError if its download fails, as it does behind a firewall
 */
export async function installFromNpm(gpu: boolean, into: string, signal?: AbortSignal): Promise<string> {
  const name = gpu ? `${TFJS_NODE.name}-gpu` : TFJS_NODE.name;
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, 'package.json'), JSON.stringify({ name: 'imgano-native', private: true }));
  const spec = `${name}@${TFJS_NODE.version}`;
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts=false', '--prefix', into, spec];
  try {
    await runCommand('npm', args, { signal });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    throw new UnsupportedBackendError(
      `the download of ${spec} failed; where storage.googleapis.com cannot be reached use --from auto, dir:PATH or ` +
        `wheel:PATH (${reasonOf((error as Error).message)})`,
      { cause: error },
    );
  }
  const packageDir = join(into, 'node_modules', name);
  if (findAddon(packageDir) === null) {
    throw new UnsupportedBackendError(
      `${spec} was installed, but it has no addon for Node-API ${process.versions.napi}; use --from auto`,
    );
  }
  // The application's own tfjs is used, never this copy: two copies of tfjs-core are two engines.
  for (const part of ['', '-core', '-layers', '-data', '-converter', '-backend-cpu', '-backend-webgl']) {
    rmSync(join(into, 'node_modules/@tensorflow', `tfjs${part}`), { recursive: true, force: true });
  }
  return packageDir;
}

/** The one line that says why in the page that npm prints. */
function reasonOf(printed: string): string {
  const code = /code:? '?(E[A-Z]+)/.exec(printed)?.[1];
  const host = /hostname: '([^']+)'/.exec(printed)?.[1];
  return code === undefined ? printed.split('\n')[0] : `${code}${host === undefined ? '' : ` ${host}`}`;
}
