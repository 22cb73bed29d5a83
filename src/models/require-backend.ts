import { requireCapability } from '../runtime/capabilities.js';
import { tf } from '../runtime/tf.js';
import type { BackendName } from '../runtime/backends.js';
import type { ModelSpec } from './spec.js';

/**
 * Refuses a model that the current backend cannot run, before anything is loaded or fitted.
 *
 * @param fitting fitting may need gradients where scoring does not
 * @throws UnsupportedBackendError that names what is missing and a backend that has it
 */
export function requireBackend(spec: ModelSpec, fitting: boolean): void {
  const { gradients, kernels } = spec.needs;
  requireCapability(tf.getBackend() as BackendName, { training: fitting && gradients, kernels }, spec.name);
}
