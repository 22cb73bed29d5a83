import { tf, type Tensor } from '../tf.js';

/** An attribute as tfjs' kernels hand it to the native binding. */
export interface NativeAttr {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the binding says about a tensor that it made. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The part of tfjs-node's native binding that recording and running need. */
export interface NativeBinding {
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint8Array[];
  executeOp(op: string, attrs: NativeAttr[], inputs: number[], outputs: number): NativeTensor[];
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): NativeTensor[];
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** The part of tfjs-node's backend class that recording and running need. */
export interface NativeBackend {
  binding: NativeBinding;
  readonly tensorMap: { get(dataId: object): { dtype: number } };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(made: NativeTensor): Tensor;
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
}

/** The native backend if it is the current one and can run graphs, else null. */
export function currentNative(): NativeBackend | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend() as unknown as Partial<NativeBackend>;
  const able =
    typeof backend.binding?.executeOp === 'function' && typeof backend.loadSavedModelMetaGraph === 'function';
  return able ? (backend as NativeBackend) : null;
}
