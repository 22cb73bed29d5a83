import type { KernelRepair } from './repair.js';
import type { WasmBackend } from './wasm-backend.js';

/** Rows by number, copied as a whole. Other gathers are left to the backend's own kernel. */
export const gatherRows: KernelRepair = {
  kernel: 'GatherV2',
  backend: 'wasm',
  why: 'it finds the place of every single value anew, which takes fifty times as long as the copy',
  make: (own) => (call) => {
    const { x, indices } = call.inputs;
    const { axis = 0, batchDims = 0 } = call.attrs as { axis?: number; batchDims?: number };
    if (axis !== 0 || batchDims !== 0 || x.dtype === 'string' || x.size === 0) return own(call);
    const inner = x.shape.slice(1);
    const size = inner.reduce((a, b) => a * b, 1);
    const wasm = call.backend as WasmBackend;
    const out = wasm.makeOutput([...indices.shape, ...inner], x.dtype);
    // views of the module's memory: made after the output, whose allocation may move it
    const [to, from, rows] = [out, x, indices].map((info) => wasm.typedArrayFromHeap(info));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!(row >= 0 && row < x.shape[0])) {
        throw new Error(`gather: expected rows from 0 to ${x.shape[0] - 1}, got ${row}`);
      }
      if (size === 1) to[i] = from[row];
      else to.set(from.subarray(row * size, (row + 1) * size), i * size);
    }
    return out;
  },
};
