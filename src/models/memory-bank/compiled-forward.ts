import { compiled, type CompiledFunction } from '../../runtime/compile/compiled.js';
import { tf, type Tensor } from '../../runtime/tf.js';

/** A graph is worth its making, and its copy of the weights, for shapes that come again. */
const PLAIN_RUNS = 2;
const MAX_SHAPES = 4;

/**
 * A function of one tensor that is compiled for the shapes that come again and again, and runs plainly for the others: pictures
 * that keep their aspect may come in dozens of shapes.
 */
export class CompiledForward {
  private readonly graphs: CompiledFunction;
  private readonly runs = new Map<string, number>();

  constructor(
    name: string,
    private readonly fn: (x: Tensor) => Tensor[],
  ) {
    this.graphs = compiled(([x]) => this.fn(x), { name, maxShapes: MAX_SHAPES });
  }

  /** @returns tensors owned by the caller */
  async run(x: Tensor): Promise<Tensor[]> {
    const shape = x.shape.join();
    const runs = (this.runs.get(shape) ?? 0) + 1;
    this.runs.set(shape, runs);
    return runs > PLAIN_RUNS ? this.graphs.run([x]) : tf.tidy(() => this.fn(x));
  }

  dispose(): void {
    this.graphs.dispose();
  }
}
