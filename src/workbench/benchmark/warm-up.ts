import type { OpenedRun } from '../../inference/open-run.js';
import { onGpu } from '../../runtime/on-gpu.js';
import type { Progress } from '../../runtime/progress.js';
import { requireGoingOn } from '../require-going-on.js';
import { withPictures } from './with-pictures.js';

export interface WarmUpOptions {
  /** Pictures, folders, globs or manifests, one of every size that will come; without any, one of the model's size is made. */
  readonly inputs: readonly string[];
  readonly batchSizes: readonly number[];
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface WarmUp {
  readonly gpu: boolean;
  /** Where kernels are kept that the driver had to compile; null where nothing outlives the process. */
  readonly kept_in: string | null;
  readonly batches: readonly {
    readonly batch_size: number;
    /** Milliseconds a picture. */
    readonly first_ms: number;
    readonly then_ms: number;
  }[];
}

/**
 * Runs every batch size twice: on a GPU the first time compiles kernels, which the driver keeps for every later process.
 *
 * @throws DataError when a picture cannot be read; InterruptedError
 */
export async function warmUp(run: OpenedRun, options: WarmUpOptions): Promise<WarmUp> {
  const { inputs, batchSizes, progress, signal } = options;
  return withPictures(run, inputs, 1, async (sources) => {
    const batches: WarmUp['batches'][number][] = [];
    progress.start('warming up', batchSizes.length);
    try {
      for (const [done, batchSize] of batchSizes.entries()) {
        const timed = async () => {
          const begun = performance.now();
          let pictures = 0;
          const all = sources.flatMap((source) => Array.from({ length: batchSize }, () => source));
          for await (const _record of run.inspect(all, { batchSize, workers: 0, signal })) pictures += 1;
          return (performance.now() - begun) / pictures;
        };
        requireGoingOn(signal);
        batches.push({ batch_size: batchSize, first_ms: await timed(), then_ms: await timed() });
        progress.update(done + 1);
      }
    } finally {
      progress.stop();
    }
    const gpu = onGpu();
    return { gpu, kept_in: gpu ? (process.env.CUDA_CACHE_PATH ?? null) : null, batches };
  });
}
