import { join } from 'node:path';
import envPaths from 'env-paths';
import { parseDevice, visibleDevices } from './device.js';

/** What the user may ask of the native library before it loads. */
export interface EnvironmentOptions {
  /** Threads inside one op; by default TensorFlow takes every core. */
  readonly threads?: number;
}

/**
 * Sets the environment variables that TensorFlow and CUDA read once, when the addon loads. What the user has set stays, but for
 * the visible cards where `IMGANO_DEVICE` asks for one.
 *
 * A worker thread has a copy of the environment that the native library does not see, so the thread that starts
 * workers calls this first.
 *
 * @returns the variables that were set here
 * @throws UnsupportedBackendError if the device is not among the cards that the environment shows
 */
export function prepareEnvironment(
  { threads }: EnvironmentOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const wanted: Record<string, string> = {
    // else the first process takes all memory of the GPU
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // errors only: the library is talkative on stderr
    TF_CPP_MIN_LOG_LEVEL: '2',
    // TensorFloat-32 keeps 10 bits of mantissa, too few for distances of near-equal features
    NVIDIA_TF32_OVERRIDE: '0',
    // disposed tensors go back to the system; with oneDNN's own pool the process stays at its peak
    TF_ONEDNN_USE_SYSTEM_ALLOCATOR: '1',
    // kernels compiled for a new GPU are kept: the default of 256 MB is too small for TensorFlow's
    CUDA_CACHE_PATH: join(envPaths('imgano', { suffix: '' }).cache, 'cuda'),
    CUDA_CACHE_MAXSIZE: String(4 * 1024 ** 3 - 1),
    // cards are numbered as nvidia-smi numbers them, not the fastest first
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    ...(threads === undefined ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) }),
  };
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (env[name] !== undefined) continue;
    env[name] = value;
    set[name] = value;
  }
  return { ...set, ...chooseDevice(env) };
}

/** Lets this process, its threads and its children see the device of `IMGANO_DEVICE` alone. */
function chooseDevice(env: NodeJS.ProcessEnv): Record<string, string> {
  const device = parseDevice(env.IMGANO_DEVICE);
  const visible = visibleDevices(device, env.CUDA_VISIBLE_DEVICES);
  if (visible === undefined) return {};
  env.CUDA_VISIBLE_DEVICES = visible;
  // from now on there is one card, which a second call and a child process must not count again
  if (device?.kind === 'cuda') env.IMGANO_DEVICE = 'cuda';
  return { CUDA_VISIBLE_DEVICES: visible };
}
