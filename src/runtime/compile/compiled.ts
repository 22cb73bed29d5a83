import { UnsupportedBackendError } from '../../errors.js';
import { compile, type CompiledGraph, type CompileOptions } from '../compile.js';
import { type Tensor } from '../tf.js';
import { signatureOf } from './kind.js';
import { callPlain, type TensorFunction } from './tensor-function.js';

/** A function that compiles itself for the shapes it meets. */
export interface CompiledFunction {
  /**
   * @param inputs borrowed, and needed until the promise is settled
   * @returns the function's results, owned by the caller
   */
  run(inputs: Tensor[]): Promise<Tensor[]>;
  /** Frees all graphs; later runs would make them anew. */
  dispose(): void;
  /** Why the plain function runs on the native backend, or null. */
  readonly why: string | null;
}

export interface CompiledFunctionOptions extends CompileOptions {
  /** How many sets of shapes are kept; the one not used for longest goes first. */
  readonly maxShapes?: number;
}

/**
 * Wraps `fn` so that it is recorded once for every set of input shapes and types, and run as that graph from then on. Where it
 * cannot be recorded, the function itself runs and `why` says what prevents it.
 *
 * @param fn see `compile`
 */
export function compiled(
  fn: TensorFunction,
  { maxShapes = 8, ...options }: CompiledFunctionOptions = {},
): CompiledFunction {
  const graphs = new Map<string, Promise<CompiledGraph>>();
  let why: string | null = null;

  async function graphFor(inputs: Tensor[]): Promise<CompiledGraph> {
    const key = signatureOf(inputs);
    const graph = graphs.get(key) ?? compile(fn, inputs, options);
    graphs.delete(key);
    graphs.set(key, graph); // a Map keeps the order of insertion: the oldest use comes first
    for (const oldest of [...graphs.keys()].slice(0, -maxShapes)) drop(oldest);
    try {
      return await graph;
    } catch (error) {
      if (graphs.get(key) === graph) graphs.delete(key);
      throw error;
    }
  }

  function drop(key: string): void {
    const graph = graphs.get(key);
    graphs.delete(key);
    graph?.then(
      (done) => done.dispose(),
      () => {}, // whoever asked for it has the error
    );
  }

  return {
    get why() {
      return why;
    },
    async run(inputs) {
      while (why === null) {
        try {
          const graph = await graphFor(inputs);
          if (!graph.disposed) return graph.run(inputs); // else others' shapes pushed it out while this run waited
        } catch (error) {
          if (!(error instanceof UnsupportedBackendError)) throw error;
          why = error.message;
        }
      }
      return callPlain(fn, inputs);
    },
    dispose() {
      for (const key of [...graphs.keys()]) drop(key);
    },
  };
}
