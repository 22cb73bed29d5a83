import { nativeBackend } from '../native/load.js';
import { onGpu } from '../on-gpu.js';
import { startRuntime } from '../start.js';
import { type Tensor, type Tensor4D, tf } from '../tf.js';
import { webgpuDevice, type WebgpuDevice } from '../webgpu/start-webgpu.js';

/** What a backend says about itself when it runs. */
export interface ProbeFacts {
  readonly start_ms: number;
  /** The version of libtensorflow; null on other backends. */
  readonly tensorflow: string | null;
  /** The package or folder that it was loaded from; null on other backends. */
  readonly loaded_from: string | null;
  readonly gpu: boolean;
  /** What the backend `webgpu` runs on; null on other backends. */
  readonly adapter: WebgpuDevice | null;
}

/**
 * Starts a backend, trains one step of a small convolution on it and tells how that went. Runs in a process of its own:
 * a library that crashes takes only that one along.
 */
export async function probeBackend(name: string): Promise<ProbeFacts> {
  const started = performance.now();
  await startRuntime(name);
  const picture = tf.ones([1, 4, 4, 1]) as Tensor4D;
  const gradient = tf.tidy(() => {
    const loss = (filter: Tensor) => tf.conv2d(picture, filter as Tensor4D, 1, 'valid').sum();
    return tf.grad(loss)(tf.ones([3, 3, 1, 2]));
  });
  const values = await gradient.data();
  if (values.some((value) => value !== 4)) throw new Error(`a gradient came out as ${values}, expected 4 everywhere`);
  const native = nativeBackend();
  const adapter = webgpuDevice();
  return {
    start_ms: Math.round(performance.now() - started),
    tensorflow: native?.binding.TF_Version ?? null,
    loaded_from: native?.title ?? null,
    gpu: onGpu() && adapter?.software !== true,
    adapter,
  };
}
