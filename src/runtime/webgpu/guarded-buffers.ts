import type { GpuBuffer, GpuDevice } from './dawn.js';
import { memoryError } from './device-faults.js';

/** What the backend of TensorFlow.js 4.22 keeps its buffers in; those that are free are kept by size for the next tensor. */
export interface BufferManager {
  numFreeBuffers: number;
  numBytesAllocated: number;
  readonly freeBuffers: Map<string, GpuBuffer[]>;
  readonly usedBuffers: Map<string, GpuBuffer[]>;
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): GpuBuffer;
  releaseBuffer(buffer: GpuBuffer, reuse?: boolean): void;
}

/**
 * Refuses buffers that the device cannot bind, before they are made, and can free what is held in reserve.
 *
 * @returns frees every buffer that no tensor uses. After memory ran out some buffers are nothing but an error: the ones in use are not
 *   kept either, once their tensors are disposed
 */
export function guardBuffers(manager: BufferManager, { limits }: GpuDevice): () => void {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const suspects = new WeakSet<GpuBuffer>();
  const { acquireBuffer, releaseBuffer } = manager;
  manager.acquireBuffer = (size, ...rest) => {
    if (size > most) throw memoryError(`a tensor of ${megabytes(size)}, where it takes ${megabytes(most)} at most`);
    return acquireBuffer.call(manager, size, ...rest);
  };
  manager.releaseBuffer = (buffer, reuse = true) => releaseBuffer.call(manager, buffer, reuse && !suspects.has(buffer));
  return () => {
    for (const used of manager.usedBuffers.values()) used.forEach((buffer) => suspects.add(buffer));
    for (const free of manager.freeBuffers.values()) {
      for (const buffer of free) {
        manager.numBytesAllocated -= buffer.size;
        buffer.destroy();
      }
      manager.numFreeBuffers -= free.length;
      free.length = 0; // the list stays: the manager takes an empty map for one that was disposed
    }
  };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
