import { lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError } from '../../errors.js';
import { type Progress, silent } from '../progress.js';
import { addonOf, BUILD_FILE, buildName, type NativeBuild } from './build.js';
import { listBuilds } from './builds.js';
import { nativeFolder } from './folder.js';
import { installedPackages } from './installed.js';
import { findLibrary } from './library.js';
import { makeBuild } from './make-build.js';
import { type AddonFacts, probeAddon } from './probe.js';
import { gpuProblem } from './gpu-problem.js';
import { pythonLibrary } from './python-library.js';
import { describeSource, type NativeSource } from './source.js';
import { TENSORFLOW_VERSION } from './versions.js';
import { openWorkshop } from './workshop.js';

export interface InstallOptions {
  readonly from: NativeSource;
  /** Insist on a library that was built for CUDA. */
  readonly gpu?: boolean;
  readonly root?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface InstallResult {
  /** `package`: the application has a working tfjs-node of its own; `present`: it was there already. */
  readonly status: 'installed' | 'present' | 'package';
  readonly dir: string;
  readonly tensorflow: string;
  readonly gpu_visible: boolean;
  /** Bytes in the cache; null for a package of the application. */
  readonly bytes: number | null;
  readonly sha256: string | null;
}

/**
 * Makes the native TensorFlow backend in the user's cache. Safe to repeat (what works is kept) and to interrupt (it is
 * made in a temporary folder and moved to its name in one step).
 *
 * @throws UnsupportedBackendError if the library, the compiler or a download is missing, or the result does not run
 * @throws InterruptedError if the signal is raised
 */
export async function installNative(asked: InstallOptions): Promise<InstallResult> {
  const from = await located(asked);
  const options = { ...asked, from };
  const { gpu = false, root = nativeFolder(), progress = silent, signal } = options;
  const kept = (await workingPackage(options)) ?? (await workingBuild(options, root));
  if (kept !== null) return kept;
  const workshop = openWorkshop(root);
  try {
    const source = from.kind === 'auto' && gpu ? ((await pythonWithCuda(signal)) ?? from) : from;
    const build = await makeBuild(source, gpu, workshop, progress, signal);
    progress.start('trying the addon');
    const facts = await probeAddon(addonOf(workshop, build), signal);
    progress.stop();
    if (gpu && !facts.gpu) progress.warn(gpuProblem(facts.said));
    const whole: NativeBuild = { ...build, tensorflow: facts.tensorflow, bytes: sizeOf(workshop) };
    writeFileSync(join(workshop, BUILD_FILE), `${JSON.stringify(whole, null, 2)}\n`);
    const dir = join(root, buildName(whole));
    replace(dir, workshop);
    progress.info(`native backend: TensorFlow ${facts.tensorflow} in ${dir} (${Math.round(whole.bytes / 1e6)} MB)`);
    return resultOf('installed', dir, facts, whole.bytes, whole.source_sha256);
  } finally {
    progress.stop();
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** `pip` is the folder that its Python names: what a build records, and what a second call compares. */
async function located({ from, signal }: InstallOptions): Promise<Exclude<NativeSource, { kind: 'pip' }>> {
  return from.kind === 'pip' ? { kind: 'dir', path: await pythonLibrary(process.env, signal) } : from;
}

/** A TensorFlow for CUDA that the Python at hand has brings the libraries of CUDA along, which its wheel alone does not. */
async function pythonWithCuda(signal?: AbortSignal): Promise<{ kind: 'dir'; path: string } | null> {
  try {
    const path = await pythonLibrary(process.env, signal);
    return findLibrary(path).cuda === true ? { kind: 'dir', path } : null;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    return null;
  }
}

/** A package of the application that already works answers `auto`. */
async function workingPackage({ from, gpu, progress = silent, signal }: InstallOptions): Promise<InstallResult | null> {
  if (from.kind !== 'auto') return null;
  for (const found of installedPackages()) {
    if (found.addon === null || found.problem !== null || (gpu && !found.name.endsWith('-gpu'))) continue;
    try {
      const facts = await probeAddon({ addon: found.addon }, signal);
      progress.info(`${found.name} ${found.version} of this project works, nothing to make`);
      return resultOf('package', found.dir, facts, null, null);
    } catch (error) {
      progress.warn(`${found.name} of this project does not run: ${(error as Error).message}`);
    }
  }
  return null;
}

/** A build that satisfies the request and still runs. */
async function workingBuild({ from, gpu, progress = silent, signal }: InstallOptions, root: string) {
  for (const { dir, build, problem } of listBuilds(root)) {
    if (build === null || problem !== null || (gpu && build.flavour !== 'gpu')) continue;
    const wanted =
      from.kind === 'auto' ? build.tensorflow === TENSORFLOW_VERSION : build.source === describeSource(from);
    if (!wanted) continue;
    try {
      const facts = await probeAddon(addonOf(dir, build), signal);
      if (facts.tensorflow !== build.tensorflow) continue; // the library outside the cache was replaced
      progress.info(`native backend: already there, TensorFlow ${build.tensorflow} in ${dir}`);
      return resultOf('present', dir, facts, build.bytes, build.source_sha256);
    } catch (error) {
      progress.warn(`${dir} does not run and is made again: ${(error as Error).message}`);
    }
  }
  return null;
}

/** Moves a finished build to its name; an older one of that name makes room. */
function replace(dir: string, workshop: string): void {
  const old = `${workshop}-old`;
  try {
    renameSync(dir, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(workshop, dir);
  rmSync(old, { recursive: true, force: true });
}

function sizeOf(dir: string): number {
  const names = readdirSync(dir, { recursive: true }) as string[];
  return names.map((name) => lstatSync(join(dir, name))).reduce((sum, s) => sum + (s.isFile() ? s.size : 0), 0);
}

function resultOf(
  status: InstallResult['status'],
  dir: string,
  facts: AddonFacts,
  bytes: number | null,
  sha256: string | null,
): InstallResult {
  return { status, dir, tensorflow: facts.tensorflow, gpu_visible: facts.gpu, bytes, sha256 };
}
