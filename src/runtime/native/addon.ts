import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import type { TensorFlowLibrary } from './library.js';
import { runCommand } from './run-command.js';
import { NAPI_VERSION } from './versions.js';

/**
 * Compiles the Node-API addon of `@tensorflow/tfjs-node` against a TensorFlow library: two source files, the C API
 * only, so one build serves every Node from 20 on.
 *
 * @param options.runPath where the addon looks for the library when it loads; `$ORIGIN` is its own folder
 * @throws UnsupportedBackendError if there is no C++ compiler, or it refuses
 */
export async function compileAddon(options: {
  packageDir: string;
  headersDir: string;
  library: TensorFlowLibrary;
  runPath: string;
  output: string;
  signal?: AbortSignal;
}): Promise<void> {
  if (process.platform !== 'linux') {
    throw new UnsupportedBackendError(
      `the addon is built from source on Linux only, this is ${process.platform}; run: imgano native install --from npm`,
    );
  }
  const { packageDir, headersDir, library, runPath, output, signal } = options;
  mkdirSync(dirname(output), { recursive: true });
  const args = [
    ...['-O2', '-std=c++17', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${NAPI_VERSION}`],
    ...['-I', packageDir, '-I', library.includeDir, '-I', join(headersDir, 'include')],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(packageDir, 'binding', name)),
    ...['-L', library.libraryDir, ...library.files.map((name) => `-l:${name}`), `-Wl,-rpath,${runPath}`],
    ...['-o', output],
  ];
  await compile(args, signal);
}

/**
 * Compiles a small addon of our own from its source text.
 *
 * @throws UnsupportedBackendError if there is no C++ compiler, or it refuses
 */
export async function compileSmallAddon(
  text: string,
  headersDir: string,
  output: string,
  signal?: AbortSignal,
): Promise<void> {
  const source = `${output}.cc`;
  writeFileSync(source, text);
  const include = join(headersDir, 'include');
  const args = ['-O1', '-fPIC', '-shared', `-DNAPI_VERSION=${NAPI_VERSION}`, '-I', include, source, '-o', output];
  await compile([...args, '-ldl'], signal);
  rmSync(source);
}

async function compile(args: readonly string[], signal?: AbortSignal): Promise<void> {
  const compiler = process.env.CXX || 'g++';
  try {
    await runCommand(compiler, args, { signal });
  } catch (error) {
    if (error instanceof UnsupportedBackendError && /PATH/.test(error.message)) {
      throw new UnsupportedBackendError(
        `building the addon needs a C++ compiler and "${compiler}" is not there; install g++ (Debian and Ubuntu: ` +
          'apt install g++) or set CXX, and try again',
        { cause: error },
      );
    }
    throw error;
  }
}
