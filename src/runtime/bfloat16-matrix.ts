import { UnsupportedBackendError } from '../errors.js';
import { whyNotBfloat16 } from './compile/bfloat16-support.js';
import { DType } from './compile/graph.js';
import { currentNative, type NativeBackend, type TensorMetadata } from './compile/native.js';
import { onGpu } from './on-gpu.js';
import { type Tensor, type Tensor2D } from './tf.js';

/** Whether products in bfloat16 are faster than in float32: on a processor that has instructions for them. */
export function hasFastBfloat16(): boolean {
  return !onGpu() && whyNotBfloat16() === null;
}

/**
 * A matrix of bfloat16 values (8 bits of precision, rounded to the nearest) to multiply with, in half the memory and about half the
 * time of float32. TensorFlow.js has no such type, so the matrix lives outside its memory accounting.
 */
export class Bfloat16Matrix {
  private readonly backend: NativeBackend;
  private readonly id: number;

  /**
   * @param matrix `[d, n]` float32, borrowed
   * @throws UnsupportedBackendError where the backend is not TensorFlow
   */
  constructor(matrix: Tensor2D) {
    this.backend = native();
    this.id = cast(this.backend, this.backend.getInputTensorIds([matrix])[0], DType.float, DType.bfloat16).id;
  }

  /**
   * `x . matrix` of x rounded to bfloat16, summed in float32, and rounded to bfloat16. Can be part of a recorded graph.
   *
   * @param x `[q, d]` float32, borrowed
   * @returns `[q, n]` float32, owned by the caller
   */
  product(x: Tensor2D): Tensor2D {
    const { backend } = this;
    const { TF_ATTR_BOOL, TF_ATTR_TYPE } = backend.binding;
    const rounded = cast(backend, backend.getInputTensorIds([x])[0], DType.float, DType.bfloat16);
    const attributes = [
      { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
      { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
      { name: 'T', type: TF_ATTR_TYPE, value: DType.bfloat16 },
    ];
    const [product] = backend.binding.executeOp('MatMul', attributes, [rounded.id, this.id], 1);
    const result = cast(backend, product.id, DType.bfloat16, DType.float);
    for (const { id } of [rounded, product]) backend.binding.deleteTensor(id);
    return backend.createOutputTensor(result) as Tensor2D;
  }

  dispose(): void {
    this.backend.binding.deleteTensor(this.id);
  }
}

/**
 * The nearest bfloat16 of every value.
 *
 * @param x float32, borrowed
 * @returns float32, owned by the caller
 */
export function roundToBfloat16<T extends Tensor>(x: T): T {
  const backend = native();
  const rounded = cast(backend, backend.getInputTensorIds([x])[0], DType.float, DType.bfloat16);
  const result = cast(backend, rounded.id, DType.bfloat16, DType.float);
  backend.binding.deleteTensor(rounded.id);
  return backend.createOutputTensor(result) as T;
}

function cast({ binding }: NativeBackend, id: number, from: number, to: number): TensorMetadata {
  const attributes = [
    { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
    { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
    { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
  ];
  return binding.executeOp('Cast', attributes, [id], 1)[0];
}

function native(): NativeBackend {
  const backend = currentNative();
  if (backend === null)
    throw new UnsupportedBackendError('bfloat16 needs the native backend; run: imgano native install');
  return backend;
}
