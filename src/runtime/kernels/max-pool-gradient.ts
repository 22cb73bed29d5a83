import type { KernelRepair } from './repair.js';
import type { WasmBackend } from './wasm-backend.js';
import { poolInfo, type WindowAttributes } from './window.js';

/** The gradient of a maximum goes to the first pixel of each window that holds it. */
export const maxPoolGradient: KernelRepair = {
  kernel: 'MaxPoolGrad',
  backend: 'wasm',
  why: 'windows without a positive value lose their gradient',
  make: () => (call) => {
    const { dy, input } = call.inputs;
    const info = poolInfo(input.shape, call.attrs as unknown as WindowAttributes);
    const wasm = call.backend as WasmBackend;
    const dx = wasm.makeOutput(input.shape, 'float32');
    const [to, from, x] = [dx, dy, input].map((tensor) => wasm.typedArrayFromHeap(tensor));
    to.fill(0);
    const { inHeight, inWidth, inChannels: channels, filterHeight, filterWidth, padInfo } = info;
    let window = 0;
    for (let n = 0; n < info.batchSize; n++) {
      for (let row = 0; row < info.outHeight; row++) {
        const top = row * info.strideHeight - padInfo.top;
        const rows = [Math.max(0, top), Math.min(inHeight, top + filterHeight)];
        for (let column = 0; column < info.outWidth; column++) {
          const left = column * info.strideWidth - padInfo.left;
          const columns = [Math.max(0, left), Math.min(inWidth, left + filterWidth)];
          for (let channel = 0; channel < channels; channel++, window++) {
            let best = -1;
            for (let y = rows[0]; y < rows[1]; y++) {
              let at = ((n * inHeight + y) * inWidth + columns[0]) * channels + channel;
              for (let z = columns[0]; z < columns[1]; z++, at += channels) {
                if (best < 0 || x[at] > x[best]) best = at;
              }
            }
            if (best >= 0) to[best] += from[window];
          }
        }
      }
    }
    return dx;
  },
};
