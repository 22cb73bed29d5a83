import { lstatSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import { type Progress, silent } from '../progress.js';
import { compileAddon, compileQuietAddon } from './addon.js';
import { BUILD_FILE, buildName, type NativeBuild } from './build.js';
import { listBuilds } from './builds.js';
import { nativeFolder } from './folder.js';
import { findAddon, installedPackages } from './installed.js';
import { findLibrary } from './library.js';
import { installFromNpm } from './npm-download.js';
import { fetchPackage } from './packages.js';
import { type AddonFacts, probeAddon } from './probe.js';
import type { NativeSource } from './source.js';
import { NODE_API_HEADERS, PROTOBUF, TENSORFLOW_VERSION, TFJS_NODE } from './versions.js';
import { downloadWheel, parseWheelName, unpackWheel } from './wheel.js';
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
export async function installNative(options: InstallOptions): Promise<InstallResult> {
  const { from, gpu = false, root = nativeFolder(), progress = silent, signal } = options;
  const kept = (await workingPackage(options)) ?? (await workingBuild(options, root));
  if (kept !== null) return kept;
  const workshop = openWorkshop(root);
  try {
    const build = await make(from, gpu, workshop, progress, signal);
    progress.start('trying the addon');
    const facts = await probeAddon(join(workshop, build.addon), signal);
    progress.stop();
    if (gpu && !facts.gpu) {
      progress.warn(
        'the library was built for CUDA but sees no GPU from here: check the driver (nvidia-smi) and that the CUDA and ' +
          'cuDNN libraries are found (LD_LIBRARY_PATH, or --from dir: with a Python tensorflow[and-cuda])',
      );
    }
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

/** A package of the application that already works answers `auto`. */
async function workingPackage({ from, gpu, progress = silent, signal }: InstallOptions): Promise<InstallResult | null> {
  if (from.kind !== 'auto') return null;
  for (const found of installedPackages()) {
    if (found.addon === null || found.problem !== null || (gpu && !found.name.endsWith('-gpu'))) continue;
    try {
      const facts = await probeAddon(found.addon, signal);
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
      const facts = await probeAddon(join(dir, build.addon), signal);
      if (facts.tensorflow !== build.tensorflow) continue; // the library outside the cache was replaced
      progress.info(`native backend: already there, TensorFlow ${build.tensorflow} in ${dir}`);
      return resultOf('present', dir, facts, build.bytes, build.source_sha256);
    } catch (error) {
      progress.warn(`${dir} does not run and is made again: ${(error as Error).message}`);
    }
  }
  return null;
}

async function make(from: NativeSource, gpu: boolean, workshop: string, progress: Progress, signal?: AbortSignal) {
  const base = {
    schema_version: 1 as const,
    tfjs_node: TFJS_NODE.version,
    tensorflow: 'unknown',
    platform: process.platform as string,
    arch: process.arch as string,
    bytes: 0,
  };
  if (from.kind === 'npm') {
    progress.start(`npm: ${TFJS_NODE.name}${gpu ? '-gpu' : ''}@${TFJS_NODE.version} and its own library`);
    const packageDir = await installFromNpm(gpu, workshop, signal);
    const addon = relative(workshop, findAddon(packageDir) ?? '');
    const flavour = gpu ? ('gpu' as const) : ('cpu' as const);
    const package_dir = relative(workshop, packageDir);
    return { ...base, flavour, source: 'npm', source_sha256: null, package_dir, addon, libraries: [] };
  }
  progress.start(`npm: ${TFJS_NODE.name}@${TFJS_NODE.version}, ${NODE_API_HEADERS.name}@${NODE_API_HEADERS.version}`);
  const packageDir = await fetchPackage(TFJS_NODE, workshop, signal);
  await fetchPackage(PROTOBUF, workshop, signal);
  const headersDir = await fetchPackage(NODE_API_HEADERS, workshop, signal);
  const { sourceDir, sha256, source } = await fetchLibrary(from, gpu, workshop, progress, signal);
  const library = findLibrary(sourceDir);
  if (gpu && library.cuda === false) {
    throw new UnsupportedBackendError(`--gpu: ${source} was built without CUDA; pass a GPU build of TensorFlow`);
  }
  const own = library.libraryDir.startsWith(workshop);
  const addon = join('addon', 'tfjs_binding.node');
  progress.start('compiling the addon');
  await compileAddon({
    packageDir,
    headersDir,
    library,
    runPath: own ? `$ORIGIN/${relative(join(workshop, 'addon'), library.libraryDir)}` : library.libraryDir,
    output: join(workshop, addon),
    signal,
  });
  const quiet = join('addon', 'quiet.node');
  await compileQuietAddon(headersDir, join(workshop, quiet), signal);
  if (own) rmSync(library.includeDir, { recursive: true });
  rmSync(headersDir, { recursive: true });
  const libraries = library.files.map((name) => join(library.libraryDir, name));
  return {
    ...base,
    flavour: gpu || library.cuda ? ('gpu' as const) : ('cpu' as const),
    source,
    source_sha256: sha256,
    package_dir: relative(workshop, packageDir),
    addon,
    quiet,
    libraries: own ? libraries.map((path) => relative(workshop, path)) : libraries,
  };
}

async function fetchLibrary(
  from: Exclude<NativeSource, { kind: 'npm' }>,
  gpu: boolean,
  workshop: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ sourceDir: string; sha256: string | null; source: string }> {
  if (from.kind === 'dir') return { sourceDir: from.path, sha256: null, source: describeSource(from) };
  requireSpace(workshop, from.kind === 'auto' ? 1.4e9 : 1.1e9);
  let wheel = from.kind === 'wheel' ? from.path : '';
  if (from.kind === 'auto') {
    // only x86-64 has a CPU-only wheel of its own name
    const project = gpu || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow_cpu';
    progress.start(`pip: ${project}==${TENSORFLOW_VERSION} (about ${gpu ? 600 : 270} MB)`);
    wheel = await downloadWheel(project, TENSORFLOW_VERSION, join(workshop, 'download'), signal);
  }
  const { project, version } = parseWheelName(wheel);
  const size = statSync(wheel).size;
  progress.start(`unpacking ${project} ${version}, megabytes`, Math.round(size / 1e6));
  const sha256 = await unpackWheel(wheel, workshop, {
    onBytes: (read) => progress.update(Math.round(read / 1e6)),
    signal,
  });
  progress.stop();
  progress.info(`sha256 ${sha256}  ${wheel.split('/').at(-1)}`);
  rmSync(join(workshop, 'download'), { recursive: true, force: true });
  const source = from.kind === 'auto' ? `wheel ${project} ${version}` : describeSource(from);
  return { sourceDir: join(workshop, 'tensorflow'), sha256, source };
}

function describeSource(from: NativeSource): string {
  return from.kind === 'dir' || from.kind === 'wheel' ? `${from.kind}:${from.path}` : from.kind;
}

function requireSpace(dir: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= bytes) return;
  throw new UnsupportedBackendError(
    `the native backend needs ${bytes / 1e9} GB while it is made, ${dir} has ${((bavail * bsize) / 1e9).toFixed(1)} GB free; ` +
      'free some, or set IMGANO_NATIVE_DIR to a folder with space',
  );
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
