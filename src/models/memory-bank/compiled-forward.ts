import { compiled, type CompiledFunction } from '../../runtime/compile/compiled.js';
import type { Precision } from '../../runtime/compile/precision.js';
import { type Tensor } from '../../runtime/tf.js';

/** Pictures that keep their aspect come in a dozen or so shapes; every graph holds a copy of the weights. */
const MAX_SHAPES = 16;

/**
 * A function of one tensor, compiled for every shape from its first use on. A graph and the plain function differ in their last
 * digits, so which of them runs may depend on the shape alone: never on how many pictures of it came before.
 */
export class CompiledForward {
  private readonly graphs: CompiledFunction;

  /** @param precision of what `fn` does inside `lowPrecision`, which is what extractors do */
  constructor(name: string, fn: (x: Tensor) => Tensor[], { precision }: { readonly precision?: Precision } = {}) {
    this.graphs = compiled(([x]) => fn(x), { name, maxShapes: MAX_SHAPES, precision });
  }

  /** Why it runs in float32 although bfloat16 was asked for, as a sentence without its end; null where it does not. */
  get whyFloat32(): string | null {
    return this.graphs.whyFloat32;
  }

  /** @returns tensors owned by the caller */
  run(x: Tensor): Promise<Tensor[]> {
    return this.graphs.run([x]);
  }

  dispose(): void {
    this.graphs.dispose();
  }
}
