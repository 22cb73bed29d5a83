import type { Size } from '../config/size.js';
import { onGpu } from '../runtime/on-gpu.js';

/** Beyond these, more inputs at a time brought nothing (CPU), or are more than a line needs (GPU). */
const MOST = { cpu: 8, gpu: 32 };

/** What a backbone of the usual width holds for one pixel of its input while it runs; ResNet-18 needs about 200, wide ones several times that. */
const BYTES_PER_PIXEL = 1024;

/** How many inputs of one size go through the model together: as many as help, within so many bytes. */
export function autoBatchSize(input: Size, budget: number): number {
  const fitting = Math.floor(budget / (input.height * input.width * BYTES_PER_PIXEL));
  return Math.max(1, Math.min(onGpu() ? MOST.gpu : MOST.cpu, fitting));
}
