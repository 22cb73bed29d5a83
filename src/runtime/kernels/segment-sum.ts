import type { KernelRepair } from './repair.js';
import type { WasmBackend } from './wasm-backend.js';

/** Sums rows that carry the same segment number: the gradient of `gather`. Rows with a negative number are dropped. */
export const segmentSum: KernelRepair = {
  kernel: 'UnsortedSegmentSum',
  backend: 'wasm',
  why: 'there is none, so gather has no gradient',
  make: () => (call) => {
    const x = call.inputs.x;
    const segmentIds = call.inputs.segmentIds;
    const { numSegments } = call.attrs as { numSegments: number };
    const wasm = call.backend as WasmBackend;
    const inner = x.shape.slice(segmentIds.rank);
    const size = inner.reduce((a, b) => a * b, 1);
    const out = wasm.makeOutput([numSegments, ...inner], x.dtype);
    // views of the module's memory: made after the output, whose allocation may move it
    const [sums, rows, ids] = [out, x, segmentIds].map((info) => wasm.typedArrayFromHeap(info));
    sums.fill(0);
    for (let row = 0; row < ids.length; row++) {
      const to = ids[row] * size;
      if (to < 0) continue;
      for (let i = 0; i < size; i++) sums[to + i] += rows[row * size + i];
    }
    return out;
  },
};
