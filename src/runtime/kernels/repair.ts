import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { BackendName } from '../backends.js';
import { type Tensor, tf } from '../tf.js';

/** What a kernel is called with; the inputs of a kernel that an op runs are whole tensors. */
interface KernelCall {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: unknown;
}

/** A kernel with one result, as a whole tensor. */
export type Kernel = (call: KernelCall) => Tensor;

/** One kernel of one backend that is replaced or added, because TensorFlow.js has it wrong or not at all. */
export interface KernelRepair {
  readonly kernel: string;
  readonly backend: BackendName;
  /** What is wrong without it. */
  readonly why: string;
  /** @param own the backend's own kernel; throws when called where the backend has none */
  readonly make: (own: Kernel) => (call: KernelCall) => Tensor | TensorInfo;
}

/** Puts repairs into the kernel registry. Each is applied once a process. */
export function applyRepairs(repairs: readonly KernelRepair[]): void {
  for (const repair of repairs) {
    if (applied.has(repair)) continue;
    applied.add(repair);
    const { kernel: kernelName, backend: backendName } = repair;
    const config = tf.getKernel(kernelName, backendName);
    const kernelFunc = repair.make(ownOf(repair, config?.kernelFunc)) as unknown as KernelFunc;
    if (config != null) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...config, kernelName, backendName, kernelFunc });
  }
}

const applied = new Set<KernelRepair>();

function ownOf({ kernel, backend }: KernelRepair, own: KernelFunc | undefined): Kernel {
  if (own === undefined) {
    return () => {
      throw new Error(`${kernel} of ${backend}: the repair calls a kernel that the backend does not have`);
    };
  }
  return (call) => {
    const result = own(call as unknown as Parameters<KernelFunc>[0]) as Tensor | TensorInfo;
    return result instanceof tf.Tensor ? result : (tf.engine().makeTensorFromTensorInfo(result) as Tensor);
  };
}
