import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnsupportedBackendError } from '../errors.js';
import { AUTOMATIC_BACKENDS, type BackendName, type BackendRequest, parseBackend } from './backends.js';
import { describeDevice, parseDevice } from './device.js';
import { type EnvironmentOptions, prepareEnvironment } from './environment.js';
import { repairKernels } from './kernels.js';
import { loadNative, nativeBackend, nativeCandidates } from './native/load.js';
import { tf } from './tf.js';
import { startWebgpu } from './webgpu/start-webgpu.js';

export { AUTOMATIC_BACKENDS, BACKENDS, type BackendName } from './backends.js';

export interface StartOptions extends EnvironmentOptions {
  /** Told when a backend that was found does not run and the next one is taken. */
  readonly warn?: (line: string) => void;
}

const require = createRequire(import.meta.url);

/**
 * Starts the chosen backend and makes it the current one. May be called again, also with another name; calls that
 * overlap are served one after the other, and the last one decides.
 *
 * @param wanted a backend name (see `parseBackend`); by default `IMGANO_BACKEND`, then the first of
 *   `AUTOMATIC_BACKENDS` that this machine has
 * @throws UnsupportedBackendError if a backend that was asked for is not there, with the command that fixes it
 */
export function startRuntime(
  wanted: string | undefined = process.env.IMGANO_BACKEND,
  options: StartOptions = {},
): Promise<BackendName> {
  const started = last.then(() => start(wanted, options));
  last = started.catch(() => {}); // the failure belongs to its own caller
  return started;
}

let last: Promise<unknown> = Promise.resolve();

async function start(wanted: string | undefined, { warn, ...environment }: StartOptions): Promise<BackendName> {
  const request = withDevice(parseBackend(wanted));
  prepareEnvironment(environment);
  if (request !== null) {
    await startBackend(request);
    return request.name;
  }
  for (const name of AUTOMATIC_BACKENDS) {
    // a machine without a native library is the normal case, not worth a warning
    if (name === 'tensorflow' && nativeBackend() === null && nativeCandidates().length === 0) continue;
    try {
      await startBackend({ name, gpu: false });
      return name;
    } catch (error) {
      warn?.(`backend ${name} is skipped: ${(error as Error).message}`);
    }
  }
  throw new UnsupportedBackendError('no backend starts on this machine; run: imgano doctor');
}

/**
 * The backend that a device asks for as well.
 *
 * @throws UnsupportedBackendError where they contradict each other, or TensorFlow has taken its devices already
 */
function withDevice(request: BackendRequest | null): BackendRequest | null {
  const device = parseDevice(process.env.IMGANO_DEVICE);
  if (device === null) return request;
  const title = describeDevice(device);
  if (device.kind === 'cuda' && request !== null && request.name !== 'tensorflow') {
    throw new UnsupportedBackendError(
      `device "${title}" does not go with the backend "${request.name}"; leave one out`,
    );
  }
  if (device.kind === 'cpu' && request?.gpu === true) {
    throw new UnsupportedBackendError(
      'device "cpu" does not go with a backend that is asked to use a GPU; leave one out',
    );
  }
  const loaded = nativeBackend();
  const late = device.kind === 'cuda' ? device.index !== null : loaded?.binding.isUsingGpuDevice() === true;
  if (loaded !== null && late) {
    throw new UnsupportedBackendError(
      `device "${title}": TensorFlow is loaded in this process and keeps its devices; set IMGANO_DEVICE before the first run`,
    );
  }
  return device.kind === 'cuda' ? { name: 'tensorflow', gpu: true } : request;
}

async function startBackend({ name, gpu, adapter }: BackendRequest): Promise<void> {
  if (name === 'tensorflow') startNative(gpu);
  if (name === 'wasm') registerWasm();
  if (name === 'webgpu') await startWebgpu(adapter);
  repairKernels(name);
  const started = await withoutNewCrashHandlers(async () => await tf.setBackend(name));
  if (!started) throw new UnsupportedBackendError(`backend "${name}" does not start; run: imgano doctor`);
  // the plain backend advertises tfjs-node on the console at its first op; `imgano doctor` says what is better here
  if (name === 'cpu') (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}

/**
 * The wasm module adds handlers to the process that throw every uncaught error again, from inside its own one-line
 * file: the report of any other crash would drown in it. They are taken off again.
 */
async function withoutNewCrashHandlers<T>(body: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  const result = await body();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i].includes(listener)) process.removeListener(event, listener);
    }
  });
  return result;
}

function startNative(gpu: boolean): void {
  const fix = `run: imgano native install${gpu ? ' --gpu' : ''}`;
  const failures: string[] = [];
  for (const candidate of nativeCandidates().filter((found) => !gpu || found.gpu)) {
    if (nativeBackend() !== null) break;
    try {
      loadNative(candidate);
    } catch (error) {
      failures.push(`${candidate.title} does not load: ${(error as Error).message}`);
    }
  }
  const native = nativeBackend();
  if (native === null) {
    const why = failures.length > 0 ? failures.join('; ') : `no native ${gpu ? 'GPU ' : ''}build was found`;
    throw new UnsupportedBackendError(`backend "tensorflow": ${why}; ${fix}`);
  }
  if (gpu && !native.binding.isUsingGpuDevice()) {
    const hasGpuBuild = nativeCandidates().some((found) => found.gpu);
    throw new UnsupportedBackendError(
      `backend "tensorflow": ${native.title} sees no GPU; ${hasGpuBuild ? 'run: imgano doctor' : fix}`,
    );
  }
}

function registerWasm(): void {
  if (tf.findBackend('wasm') != null) return;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(path: string): void };
  wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
}
