import { UnsupportedBackendError } from '../errors.js';
import type { BackendName } from './backends.js';

/** What one backend can do, after the repairs of `kernels.ts`. */
export interface Capabilities {
  readonly title: string;
  readonly training: boolean;
  /** Whole functions as one TensorFlow graph (`compile`). */
  readonly graphs: boolean;
  /** Graphs in bfloat16 or half precision (`--amp`), where the processor has them too. */
  readonly amp: boolean;
  /** A word for expectations: what the backend is good for. */
  readonly speed: string;
  /** Kernels of TensorFlow.js that the backend lacks. */
  readonly missingKernels: readonly string[];
}

/** The table; a test holds it against the kernels that are really registered. */
export const CAPABILITIES: Readonly<Record<BackendName, Capabilities>> = {
  tensorflow: {
    title: 'native TensorFlow (CUDA or CPU)',
    training: true,
    graphs: true,
    amp: true,
    speed: 'fast',
    missingKernels: [
      ...['BitwiseAnd', 'LogicalXor', 'MaxPoolWithArgmax', 'RotateWithOffset', 'SearchSorted'],
      ...['SparseFillEmptyRows', 'SparseReshape', 'SparseSegmentMean', 'SparseSegmentSum'],
      ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast', 'Draw', 'FromPixels'],
      ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'],
    ],
  },
  wasm: {
    title: 'WebAssembly, one thread',
    training: true,
    graphs: false,
    amp: false,
    speed: 'inference; training of small models',
    missingKernels: [
      ...['Complex', 'ComplexAbs', 'Einsum', 'FFT', 'FromPixels', 'IFFT', 'Imag', 'Real', 'StaticRegexReplace', 'Draw'],
      ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'],
    ],
  },
  cpu: {
    title: 'plain JavaScript',
    training: true,
    graphs: false,
    amp: false,
    speed: 'reference: 10 to 100 times slower',
    missingKernels: ['FromPixels', 'LogicalXor'],
  },
  webgpu: {
    title: 'WebGPU',
    training: true,
    graphs: false,
    amp: false,
    speed: 'for GPUs without CUDA',
    missingKernels: [
      ...['BitwiseAnd', 'LogicalXor', 'NonMaxSuppressionV4', 'Unique', 'SparseFillEmptyRows', 'SparseReshape'],
      ...['StaticRegexReplace', 'StringSplit', 'StringToHashBucketFast'],
      ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'],
    ],
  },
};

/** Kernels that one would train through, for which TensorFlow.js has no gradient on any backend. */
export const WITHOUT_GRADIENT: readonly string[] = [
  ...['CropAndResize', 'Cumprod', 'DepthToSpace', 'Einsum', 'FFT', 'FlipLeftRight', 'GatherNd', 'IFFT'],
  ...['MaxPoolWithArgmax', 'RotateWithOffset', 'ScatterNd', 'StridedSlice', 'TensorScatterUpdate', 'TopK', 'Transform'],
];

/** What a model, or a command, needs of the backend that it runs on. */
export interface Needs {
  readonly training?: boolean;
  readonly amp?: boolean;
  readonly kernels?: readonly string[];
  /** Kernels whose gradients are needed. */
  readonly gradients?: readonly string[];
}

/**
 * Refuses early what would fail in the middle of a run.
 *
 * @param who what needs it, as the user knows it: the message begins with it
 * @throws UnsupportedBackendError that names what is missing and a backend that has it
 */
export function requireCapability(backend: BackendName, needs: Needs, who: string): void {
  const lacking = whatIsMissing(backend, needs);
  if (lacking === null) return;
  const others = (Object.keys(CAPABILITIES) as BackendName[]).filter((name) => whatIsMissing(name, needs) === null);
  throw new UnsupportedBackendError(
    `${who} needs ${lacking}, which backend "${backend}" does not have; ${remedy(others)}`,
  );
}

function whatIsMissing(backend: BackendName, needs: Needs): string | null {
  const has = CAPABILITIES[backend];
  if (needs.training === true && !has.training) return 'training';
  if (needs.amp === true && !has.amp) return 'reduced precision';
  const kernels = [...(needs.kernels ?? []), ...(needs.gradients ?? [])];
  const kernel = kernels.find((name) => has.missingKernels.includes(name));
  if (kernel !== undefined) return `the kernel ${kernel}`;
  const gradient = needs.gradients?.find((name) => WITHOUT_GRADIENT.includes(name));
  return gradient === undefined ? null : `a gradient of ${gradient}`;
}

function remedy(others: readonly BackendName[]): string {
  if (others.length === 0) return 'no backend has it';
  const [best] = others;
  return best === 'tensorflow' ? 'use --backend tensorflow (imgano native install makes it)' : `use --backend ${best}`;
}
