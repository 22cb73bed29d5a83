import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnsupportedBackendError } from '../errors.js';
import { tf } from './tf.js';

const require = createRequire(import.meta.url);

/** The backends in the order in which they are tried; `tensorflow` is the native one (CUDA or CPU). */
export const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/**
 * Starts the chosen backend and makes it the current one.
 *
 * @param wanted a backend name; by default `IMGANO_BACKEND`, then the first of `BACKENDS` that this machine has
 * @throws UnsupportedBackendError if a backend that was asked for is not there
 */
export async function startRuntime(wanted = process.env.IMGANO_BACKEND): Promise<BackendName> {
  const name = (wanted ?? 'wasm') as BackendName;
  if (name === 'wasm' && tf.findBackend('wasm') == null) {
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(path: string): void };
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
  }
  if (!(await tf.setBackend(name))) throw new UnsupportedBackendError(`backend "${name}" could not be started`);
  await tf.ready();
  return name;
}
