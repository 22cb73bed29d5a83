import { listBuilds } from './builds.js';
import { nativeFolder } from './folder.js';
import { installedPackages } from './installed.js';

/** The native backends that this machine has, as plain data. */
export interface NativeStatus {
  readonly folder: string;
  /** The package or the folder that a run would load, or null. */
  readonly in_use: string | null;
  readonly packages: { name: string; version: string; problem: string | null }[];
  readonly builds: {
    dir: string;
    flavour: string | null;
    tensorflow: string | null;
    source: string | null;
    bytes: number | null;
    problem: string | null;
  }[];
}

/** What is there, read from files alone: nothing is loaded. */
export function nativeStatus(): NativeStatus {
  const packages = installedPackages().map(({ name, version, problem }) => ({ name, version, problem }));
  const builds = listBuilds().map(({ dir, build, problem }) => ({
    dir,
    flavour: build?.flavour ?? null,
    tensorflow: build?.tensorflow ?? null,
    source: build?.source ?? null,
    bytes: build?.bytes ?? null,
    problem,
  }));
  const usable = packages.find((p) => p.problem === null)?.name ?? builds.find((b) => b.problem === null)?.dir;
  return { folder: nativeFolder(), in_use: usable ?? null, packages, builds };
}
