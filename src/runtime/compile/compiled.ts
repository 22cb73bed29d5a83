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
  /** What a graph is recorded and checked with in place of the inputs that it is made for; of their kinds, borrowed. */
  examples?(inputs: Tensor[]): Tensor[];
}

/** A graph, or one in the making, and the runs that wait for it or use it: it outlives them, even where other shapes push it out. */
interface Kept {
  readonly graph: Promise<CompiledGraph>;
  users: number;
  dropped: boolean;
}

/**
 * Wraps `fn` so that it is recorded once for every set of input shapes and types, and run as that graph from then on. Where it
 * cannot be recorded, the function itself runs and `why` says what prevents it.
 *
 * @param fn see `compile`
 */
export function compiled(
  fn: TensorFunction,
  { maxShapes = 8, precision = 'float32', examples = (inputs) => inputs, ...options }: CompiledFunctionOptions = {},
): CompiledFunction {
  const graphs = new Map<string, Kept>();
  let why: string | null = null;
  let whyFloat32: string | null = null;

  async function make(inputs: Tensor[]): Promise<CompiledGraph> {
    const shown = examples(inputs);
    try {
      return await compile(fn, shown, { ...options, precision });
    } catch (error) {
      if (precision === 'float32' || !(error instanceof UnsupportedBackendError)) throw error;
      whyFloat32 = error.message;
      return compile(fn, shown, options);
    }
  }

  /** The graph of these shapes, which cannot go before `release` was called. */
  function take(inputs: Tensor[]): Kept {
    const key = signatureOf(inputs);
    const kept = graphs.get(key) ?? start(inputs);
    kept.users++;
    graphs.delete(key);
    graphs.set(key, kept); // a Map keeps the order of insertion: the oldest use comes first
    for (const oldest of [...graphs.keys()].slice(0, -maxShapes)) drop(oldest);
    return kept;
  }

  function release(kept: Kept): void {
    kept.users--;
    if (kept.dropped && kept.users === 0) disposeOf(kept);
  }

  function drop(key: string): void {
    const kept = graphs.get(key)!;
    graphs.delete(key);
    kept.dropped = true;
    if (kept.users === 0) disposeOf(kept);
  }

  function start(inputs: Tensor[]): Kept {
    const kept = { graph: make(inputs), users: 0, dropped: false };
    // What could not be made is forgotten, so that the next one who asks tries again.
    kept.graph.catch(() => graphs.forEach((one, key) => one === kept && graphs.delete(key)));
    return kept;
  }

  return {
    get why() {
      return why;
    },
    get whyFloat32() {
      return precision === 'float32' ? null : (whyNotBfloat16() ?? why ?? whyFloat32);
    },
    async run(inputs) {
      if (why !== null) return callPlain(fn, inputs);
      const kept = take(inputs);
      try {
        return (await kept.graph).run(inputs);
      } catch (error) {
        if (!(error instanceof UnsupportedBackendError)) throw error;
        why = error.message;
        return callPlain(fn, inputs);
      } finally {
        release(kept);
      }
    },
    dispose() {
      for (const key of [...graphs.keys()]) drop(key);
    },
  };
}

function disposeOf({ graph }: Kept): void {
  graph.then(
    (done) => done.dispose(),
    () => {}, // whoever asked for it has the error
  );
}
