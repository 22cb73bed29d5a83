import type { TensorInfo, TypedArray } from '@tensorflow/tfjs';

/** What the wasm backend offers to a kernel that is written in JavaScript. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: string): TensorInfo;
  /** A view of the module's memory; the next allocation may move that memory, so make outputs first. */
  typedArrayFromHeap(info: TensorInfo): TypedArray;
}
