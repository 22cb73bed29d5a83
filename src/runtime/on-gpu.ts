import { nativeBackend } from './native/load.js';
import { tf } from './tf.js';

/**
 * True while tensors live on a GPU, where moving them to the host costs more than computing on them. On `webgpu` they cannot be read
 * without waiting, so this holds there on every adapter.
 */
export function onGpu(): boolean {
  const name = tf.getBackend();
  return name === 'webgpu' || (name === 'tensorflow' && nativeBackend()?.binding.isUsingGpuDevice() === true);
}
