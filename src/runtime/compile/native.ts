import { type NativeBinding as AddonBinding, type TensorMetadata } from '../native/binding.js';
import { tf, type Tensor } from '../tf.js';

export type { OpAttribute, TensorMetadata } from '../native/binding.js';

/** The native binding with the functions that recording and running need. */
export interface NativeBinding extends Omit<AddonBinding, 'tensorDataSync'> {
  tensorDataSync(id: number): Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint8Array[];
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
}

/** The part of tfjs-node's backend class that recording and running need. */
export interface NativeBackend {
  binding: NativeBinding;
  readonly tensorMap: { get(dataId: object): { dtype: number } };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(made: TensorMetadata): Tensor;
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
