import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TFJS_NODE } from './versions.js';

/** A tfjs-node package that the application itself has installed. */
export interface InstalledPackage {
  readonly name: '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node';
  readonly version: string;
  readonly dir: string;
  /** Its compiled addon, or null where its install script did not run or failed. */
  readonly addon: string | null;
  /** Why it cannot be used, or null. */
  readonly problem: string | null;
}

const NAMES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * The tfjs-node packages that can be resolved from the application (its working folder) or from this package; the GPU
 * package first.
 */
export function installedPackages(from: readonly string[] = defaultStarts()): InstalledPackage[] {
  return NAMES.flatMap((name) => {
    for (const start of from) {
      try {
        return [describe(name, dirname(createRequire(start).resolve(`${name}/package.json`)))];
      } catch {
        // not there
      }
    }
    return [];
  });
}

function defaultStarts(): string[] {
  return [join(process.cwd(), 'package.json'), import.meta.url];
}

function describe(name: InstalledPackage['name'], dir: string): InstalledPackage {
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string };
  const addon = findAddon(dir);
  let problem: string | null = null;
  if (addon === null) problem = 'its addon was not built or downloaded (its install script did not run, or failed)';
  else if (version !== TFJS_NODE.version)
    problem = `it is version ${version}, this package works with ${TFJS_NODE.version}`;
  return { name, version, dir, addon, problem };
}

/** The addon for the highest Node-API version that this Node has: `lib/napi-vN/tfjs_binding.node`. */
export function findAddon(packageDir: string): string | null {
  const lib = join(packageDir, 'lib');
  if (!existsSync(lib)) return null;
  const versions = readdirSync(lib)
    .map((name) => Number(/^napi-v(\d+)$/.exec(name)?.[1] ?? NaN))
    .filter((version) => version <= Number(process.versions.napi))
    .sort((a, b) => b - a);
  const found = versions.map((v) => join(lib, `napi-v${v}`, 'tfjs_binding.node')).find((path) => existsSync(path));
  return found ?? null;
}
