import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { io, KernelBackend } from '@tensorflow/tfjs';
import { tf } from '../tf.js';
import { addonOf, type AddonFiles } from './build.js';
import { listBuilds } from './builds.js';
import { commonJsLoader } from './common-js.js';
import { installedPackages } from './installed.js';
import type { NativeBinding } from './binding.js';
import { utilForTfjsNode } from './polyfill.js';
import { preloadLibraries } from './preload.js';
import { quietly } from './quiet.js';

/** Where a native backend can be loaded from. */
export interface NativeCandidate {
  /** What the user knows it as: a package name, or the folder of a build. */
  readonly title: string;
  readonly gpu: boolean;
  readonly packageDir: string;
  readonly files: AddonFiles;
  /** See `quietly`; null where there is none. */
  readonly quiet: string | null;
}

/** The loaded native backend. */
export interface Native {
  /** Where it came from, as the user knows it. */
  readonly title: string;
  readonly binding: NativeBinding;
}

const require = createRequire(import.meta.url);
let current: Native | null = null;

/** The native backend of this process, once `startRuntime` or the application itself has loaded it, else null. */
export function nativeBackend(): Native | null {
  if (current === null) {
    const own = tf.findBackend('tensorflow') as unknown as { binding: NativeBinding } | null;
    if (own != null) current = { title: 'the tfjs-node that the application imported', binding: own.binding };
  }
  return current;
}

/** Usable candidates in order: the application's GPU package, its CPU package, then the builds of the cache. */
export function nativeCandidates(): NativeCandidate[] {
  const packages = installedPackages().flatMap(({ name, dir, addon, problem }) =>
    addon === null || problem !== null
      ? []
      : [{ title: name as string, gpu: name.endsWith('-gpu'), packageDir: dir, files: { addon }, quiet: null }],
  );
  const builds = listBuilds().flatMap(({ dir, build, problem }) =>
    build === null || problem !== null
      ? []
      : [
          {
            title: dir,
            gpu: build.flavour === 'gpu',
            packageDir: join(dir, build.package_dir),
            files: addonOf(dir, build),
            quiet: build.quiet === undefined ? null : join(dir, build.quiet),
          },
        ],
  );
  return [...packages, ...builds];
}

/**
 * Loads a candidate and registers it with tfjs as the backend `tensorflow`. A process loads one; a second call gives
 * the first one back.
 *
 * @throws Error if the addon cannot be loaded
 */
export function loadNative(candidate: NativeCandidate): Native {
  const loaded = nativeBackend();
  if (loaded !== null) return loaded;
  const { addon, before } = candidate.files;
  // TensorFlow itself says, and the doctor asks it, which library it wanted and did not get
  if (before !== undefined) preloadLibraries(before.preload, before.libraries);
  const binding = quietly(candidate.quiet, () => require(addon) as NativeBinding);
  const load = commonJsLoader(
    new Map<string, unknown>([
      ['@tensorflow/tfjs', tf],
      ['@tensorflow/tfjs-core', tf],
      ['util', utilForTfjsNode],
    ]),
  );
  const file = (name: string): unknown => load(join(candidate.packageDir, 'dist', name));
  file('register_all_kernels.js');
  const { NodeJSKernelBackend } = file('nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (binding: NativeBinding, packageName: string) => KernelBackend;
  };
  // the package name decides whether the backend allows what only its GPU kernels can do
  const packageName = binding.isUsingGpuDevice() ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, packageName), 3);
  const { nodeFileSystemRouter } = file('io/file_system.js') as {
    nodeFileSystemRouter: Parameters<typeof io.registerLoadRouter>[0];
  };
  tf.io.registerLoadRouter(nodeFileSystemRouter);
  tf.io.registerSaveRouter(nodeFileSystemRouter);
  current = { title: candidate.title, binding };
  return current;
}
