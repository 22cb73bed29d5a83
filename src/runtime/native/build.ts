import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  decode,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  optional,
  strict,
  t,
} from '../../config/codec.js';
import { cudaLibraries } from './cuda-libraries.js';
import { NAPI_VERSION, TFJS_NODE } from './versions.js';

/** What lies in one folder of the native cache; the file says it so that `status` need not load anything. */
export const NativeBuild = strict('NativeBuild', {
  schema_version: t.literal(1),
  flavour: oneOf(['cpu', 'gpu']),
  tfjs_node: NonEmptyString,
  tensorflow: NonEmptyString,
  platform: NonEmptyString,
  arch: NonEmptyString,
  /** As given to `--from`, or what `auto` came to. */
  source: NonEmptyString,
  source_sha256: nullable(NonEmptyString),
  /** The folder of `@tensorflow/tfjs-node`, relative to the build. */
  package_dir: NonEmptyString,
  /** The addon, relative to the build. */
  addon: NonEmptyString,
  /** The addon that keeps the standard error quiet while TensorFlow loads, relative to the build. */
  quiet: optional(NonEmptyString),
  /** The addon that loads the libraries of CUDA by their paths, relative to the build; for GPU builds. */
  preload: optional(NonEmptyString),
  /** The TensorFlow libraries: relative to the build, or absolute where they stay outside it. */
  libraries: t.array(NonEmptyString),
  bytes: NonNegativeInteger,
});
export type NativeBuild = t.TypeOf<typeof NativeBuild>;

/** What is loaded of a build, in absolute paths. */
export interface AddonFiles {
  readonly addon: string;
  /** What has to be loaded before it, and the addon that does so. */
  readonly before?: { readonly preload: string; readonly libraries: readonly string[] };
}

/** Looks the libraries of CUDA up anew: their environment may have been updated since the build was made. */
export function addonOf(dir: string, build: Pick<NativeBuild, 'addon' | 'preload' | 'libraries'>): AddonFiles {
  const addon = resolve(dir, build.addon);
  if (build.preload === undefined || build.libraries.length === 0) return { addon };
  const libraries = cudaLibraries(dirname(resolve(dir, build.libraries[0])));
  return { addon, before: { preload: resolve(dir, build.preload), libraries } };
}

export const BUILD_FILE = 'imgano-native.json';

/** The folder name of a build: two builds of equal name can stand in for each other. */
export function buildName(build: Pick<NativeBuild, 'flavour' | 'tensorflow'>): string {
  return `tfjs-node-${TFJS_NODE.version}_tensorflow-${build.tensorflow}-${build.flavour}_napi-${NAPI_VERSION}_${process.platform}-${process.arch}`;
}

/**
 * Reads the description of a build.
 *
 * @throws ConfigError if the description is not of this version of the package
 */
export function readBuild(dir: string): NativeBuild {
  const file = join(dir, BUILD_FILE);
  return decode(NativeBuild, JSON.parse(readFileSync(file, 'utf8')), file);
}

/** Why a build cannot be used on this machine by this Node, in words, or null. */
export function problemOf(dir: string, build: NativeBuild): string | null {
  if (build.platform !== process.platform || build.arch !== process.arch) {
    return `it was made for ${build.platform}-${build.arch}, this is ${process.platform}-${process.arch}`;
  }
  if (build.tfjs_node !== TFJS_NODE.version) {
    return `it holds tfjs-node ${build.tfjs_node}, this package works with ${TFJS_NODE.version}`;
  }
  const gone = [
    build.addon,
    build.package_dir,
    ...build.libraries,
    ...(build.preload === undefined ? [] : [build.preload]),
  ].find((path) => !existsSync(resolve(dir, path)));
  return gone === undefined ? null : `${resolve(dir, gone)} is gone`;
}
