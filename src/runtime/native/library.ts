import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import { BUILD_INFO_FILE, parseBuildInfo } from './build-info.js';

/** A TensorFlow library with its C headers, ready to be linked against. */
export interface TensorFlowLibrary {
  readonly libraryDir: string;
  readonly includeDir: string;
  /** File names inside `libraryDir`, in linking order. */
  readonly files: readonly string[];
  /** Whether it was built for CUDA; null where the library does not say (the C library's archive). */
  readonly cuda: boolean | null;
}

// the C library's own archive, then the two names that the Python wheel uses
const NAMES = [
  ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
  ['libtensorflow.so', 'libtensorflow_framework.so'],
  ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
] as const;

/**
 * Finds libtensorflow and its headers in an unpacked C library (`lib/`, `include/`) or in a Python
 * `site-packages/tensorflow`.
 *
 * @throws UnsupportedBackendError if either is not there
 */
export function findLibrary(dir: string): TensorFlowLibrary {
  for (const base of [dir, join(dir, 'tensorflow'), join(dir, 'deps')]) {
    for (const libraryDir of [join(base, 'lib'), base]) {
      const files = NAMES.find((names) => names.every((name) => existsSync(join(libraryDir, name))));
      const includeDir = join(base, 'include');
      if (files === undefined || !existsSync(join(includeDir, 'tensorflow/c/c_api.h'))) continue;
      return { libraryDir, includeDir, files, cuda: isCudaBuild(base) };
    }
  }
  throw new UnsupportedBackendError(
    `${dir} holds no TensorFlow library with its headers: expected lib/libtensorflow.so.2 and include/ (the C library), ` +
      'or libtensorflow_cc.so.2 and include/ (site-packages/tensorflow)',
  );
}

function isCudaBuild(base: string): boolean | null {
  const info = join(base, BUILD_INFO_FILE);
  return existsSync(info) ? (parseBuildInfo(readFileSync(info, 'utf8'))?.cuda ?? null) : null;
}
