import { UnsupportedBackendError } from '../../errors.js';
import { compile, type CompiledGraph, type CompileOptions } from '../compile.js';
import { type Tensor } from '../tf.js';
import { whyNotBfloat16 } from './bfloat16-support.js';
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
  /** Why bfloat16, where it was asked for, is not what runs on the current backend; null where it runs or was not asked for. */
  readonly whyFloat32: string | null;
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
  { maxShapes = 8, precision = 'float32', ...options }: CompiledFunctionOptions = {},
): CompiledFunction {
  const graphs = new Map<string, Promise<CompiledGraph>>();
  let why: string | null = null;
  let whyFloat32: string | null = null;

  async function make(inputs: Tensor[]): Promise<CompiledGraph> {
    try {
      return await compile(fn, inputs, { ...options, precision });
    } catch (error) {
      if (precision === 'float32' || !(error instanceof UnsupportedBackendError)) throw error;
      whyFloat32 = error.message;
      return compile(fn, inputs, options);
    }
  }

  async function graphFor(inputs: Tensor[]): Promise<CompiledGraph> {
    const key = signatureOf(inputs);
    const graph = graphs.get(key) ?? make(inputs);
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
    get whyFloat32() {
      return precision === 'float32' ? null : (whyNotBfloat16() ?? why ?? whyFloat32);
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
