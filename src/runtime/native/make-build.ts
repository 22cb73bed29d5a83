import { rmSync, statfsSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import type { Progress } from '../progress.js';
import { compileAddon, compileSmallAddon } from './addon.js';
import type { NativeBuild } from './build.js';
import { findAddon } from './installed.js';
import { findLibrary } from './library.js';
import { installFromNpm } from './npm-download.js';
import { fetchPackage } from './packages.js';
import { PRELOAD_SOURCE } from './preload.js';
import { QUIET_SOURCE } from './quiet.js';
import { describeSource, type NativeSource } from './source.js';
import { NODE_API_HEADERS, PROTOBUF, TENSORFLOW_VERSION, TFJS_NODE } from './versions.js';
import { downloadWheel, parseWheelName, unpackWheel } from './wheel.js';

const STOCK_GPU =
  'the stock package is TensorFlow 2.9.1 for CUDA 11.2 and cuDNN 8.1, whose libraries have to be on this machine; it holds code for cards of compute ' +
  'capability 3.5 to 8.9, and on later ones (Hopper, Blackwell) every kernel is compiled at its first use: use --from pip there';

/**
 * Makes a build in a temporary folder: the package, the library or where it is, the addon between them.
 *
 * @returns its description; the TensorFlow version and the size are filled in once it has run
 * @throws UnsupportedBackendError, InterruptedError as `installNative`
 */
export async function makeBuild(
  from: Exclude<NativeSource, { kind: 'pip' }>,
  gpu: boolean,
  workshop: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<NativeBuild> {
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
    if (gpu) progress.info(STOCK_GPU);
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
  await compileSmallAddon(QUIET_SOURCE, headersDir, join(workshop, quiet), signal);
  const flavour = gpu || library.cuda ? ('gpu' as const) : ('cpu' as const);
  const preload = join('addon', 'preload.node');
  if (flavour === 'gpu') await compileSmallAddon(PRELOAD_SOURCE, headersDir, join(workshop, preload), signal);
  if (own) rmSync(library.includeDir, { recursive: true });
  rmSync(headersDir, { recursive: true });
  const libraries = library.files.map((name) => join(library.libraryDir, name));
  return {
    ...base,
    flavour,
    source,
    source_sha256: sha256,
    package_dir: relative(workshop, packageDir),
    addon,
    quiet,
    ...(flavour === 'gpu' ? { preload } : {}),
    libraries: own ? libraries.map((path) => relative(workshop, path)) : libraries,
  };
}

async function fetchLibrary(
  from: Exclude<NativeSource, { kind: 'npm' | 'pip' }>,
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
  progress.info(`sha256 ${sha256}  ${basename(wheel)}`);
  rmSync(join(workshop, 'download'), { recursive: true, force: true });
  const source = from.kind === 'auto' ? `wheel ${project} ${version}` : describeSource(from);
  return { sourceDir: join(workshop, 'tensorflow'), sha256, source };
}

function requireSpace(dir: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= bytes) return;
  throw new UnsupportedBackendError(
    `the native backend needs ${bytes / 1e9} GB while it is made, ${dir} has ${((bavail * bsize) / 1e9).toFixed(1)} GB free; ` +
      'free some, or set IMGANO_NATIVE_DIR to a folder with space',
  );
}
