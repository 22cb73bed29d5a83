import { compiled, type CompiledFunction } from '../../runtime/compile/compiled.js';
import { UnsupportedBackendError } from '../../errors.js';
import type { Precision } from '../../runtime/compile/precision.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { tf, type Tensor } from '../../runtime/tf.js';

/** Pictures that keep their aspect come in a dozen or so shapes; every graph holds a copy of the weights. */
const MAX_SHAPES = 16;

/**
 * Pixels of a run on a processor: eight pictures of 224 x 224. Features of more of them leave the cache, and their memory is asked
 * from the system and given back at every layer, which took 15 % of the time at 32 pictures. A GPU is the faster the more it gets.
 */
const PIXELS = 8 * 224 * 224;

/**
 * A function of pictures, compiled for every shape from its first use on. A graph and the plain function differ in their last
 * digits, so which of them runs may depend on the shape alone: never on how many pictures of it came before.
 */
export class CompiledForward {
  private readonly graphs: CompiledFunction;

  /**
   * @param fn treats every picture alone. Its results begin with the pictures' axis, or with one that runs over the places of one
   *   picture after the other; a scalar is a sum over the pictures
   * @param precision of what `fn` does inside `lowPrecision`, which is what extractors do: one of an extractor
   */
  constructor(
    private readonly name: string,
    fn: (x: Tensor) => Tensor[],
    { precision }: { readonly precision?: Precision } = {},
  ) {
    this.graphs = compiled(([x]) => fn(x), { name, maxShapes: MAX_SHAPES, precision });
  }

  /**
   * @param x `[n, h, w, c]`, borrowed
   * @returns tensors owned by the caller
   * @throws UnsupportedBackendError when this shape cannot run in bfloat16 as it should: results of two precisions do not mix
   */
  async run(x: Tensor): Promise<Tensor[]> {
    const [n, height, width] = x.shape;
    const share = onGpu() ? n : Math.max(1, Math.floor(PIXELS / (height * width)));
    if (n <= share) return this.runWhole(x);
    const parts: Tensor[][] = [];
    try {
      const whole = n - (n % share);
      for (let at = 0; at < whole; at += share) parts.push(await this.runPart(x, at, share));
      // What is left over goes one by one: a graph for every number of pictures would take a second each to make.
      for (let at = whole; at < n; at++) parts.push(await this.runPart(x, at, 1));
      return parts[0].map((_, k) => joined(parts.map((part) => part[k])));
    } finally {
      tf.dispose(parts);
    }
  }

  dispose(): void {
    this.graphs.dispose();
  }

  private async runWhole(x: Tensor): Promise<Tensor[]> {
    const results = await this.graphs.run([x]);
    const why = this.graphs.whyFloat32;
    if (why === null) return results;
    tf.dispose(results);
    throw new UnsupportedBackendError(`${this.name}: cannot run in bfloat16 (${why}); run it without amp`);
  }

  private async runPart(x: Tensor, at: number, count: number): Promise<Tensor[]> {
    const part = tf.slice(x, at, count);
    try {
      return await this.runWhole(part);
    } finally {
      part.dispose();
    }
  }
}

function joined(parts: Tensor[]): Tensor {
  return parts[0].rank === 0 ? tf.addN(parts) : tf.concat(parts, 0);
}
