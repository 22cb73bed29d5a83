import { ShapeError, UnsupportedBackendError } from '../errors.js';
import { whyNotBfloat16 } from './compile/bfloat16-support.js';
import { type GraphPass } from './compile/graph.js';
import { kindOf } from './compile/kind.js';
import { currentNative, type NativeBackend } from './compile/native.js';
import { type Precision } from './compile/precision.js';
import { type SharedSession } from './compile/session-pool.js';
import { callPlain, type TensorFunction } from './compile/tensor-function.js';
import { tf, type Tensor } from './tf.js';

export type { TensorFunction } from './compile/tensor-function.js';

/** A function of tensors for one set of shapes, as one native call where the backend has sessions. */
export interface CompiledGraph {
  /** False where the function itself runs, because the backend has no sessions. */
  readonly compiled: boolean;
  /** What it runs in, which is float32 where the machine has nothing else. */
  readonly precision: Precision;
  readonly disposed: boolean;
  /**
   * @param inputs tensors of the examples' shapes and types, borrowed
   * @returns the function's results, owned by the caller
   * @throws ShapeError if an input has another shape or type than its example
   */
  run(inputs: Tensor[]): Tensor[];
  /** Frees the graph with its weights. A second call does nothing. */
  dispose(): void;
}

export interface CompileOptions {
  /** Names the function in messages. */
  readonly name?: string;
  /** Rewrite the recorded graph, in this order. */
  readonly passes?: readonly GraphPass[];
  /** bfloat16 counts where the machine can (`whyNotBfloat16`); elsewhere it is float32 all the same. */
  readonly precision?: Precision;
  /**
   * How far a float32 result may be off in the check of the graph, relative to the result's largest magnitude: 1e-3 by default, and 0.1
   * in bfloat16, where the check finds mistakes and not roundings.
   */
  readonly tolerance?: number;
}

const TOLERANCE: Readonly<Record<Precision, number>> = { float32: 1e-3, bfloat16: 0.1 };

/**
 * Records what `fn` does with `examples` on the native backend and gives it back as one TensorFlow graph, the `tf.function` that
 * TensorFlow.js lacks. On every other backend the result runs `fn` itself.
 *
 * `fn` is written in plain tfjs and is pure: it gives tensors that depend only on its inputs and on tensors that it holds. Those are
 * frozen into the graph with whatever is computed from them alone, random numbers made in JavaScript included. The graph is checked
 * against `fn` before it is given out, so `fn` is called twice.
 *
 * @param examples one tensor an argument, borrowed; their shapes and types hold for the graph, and values should be in the usual range
 * @throws UnsupportedBackendError on the native backend, if `fn` cannot be recorded: it reads results back, has results of a shape
 *   that depends on values, or holds 2 GB of weights; or if the graph does not give what `fn` gives
 */
export async function compile(
  fn: TensorFunction,
  examples: readonly Tensor[],
  { name = fn.name || 'function', passes = [], precision: wanted = 'float32', ...rest }: CompileOptions = {},
): Promise<CompiledGraph> {
  if (currentNative() === null) return new PlainFunction(fn, name);
  const { loadRecorded } = await import('./compile/load-recorded.js'); // with protobufjs, which nothing else needs
  const backend = currentNative(); // may be another one after the wait
  if (backend === null) return new PlainFunction(fn, name);
  const precision = wanted === 'bfloat16' && whyNotBfloat16() === null ? 'bfloat16' : 'float32';
  const { tolerance = TOLERANCE[precision] } = rest;
  return new NativeGraph(
    backend,
    loadRecorded(backend, fn, examples, { name, passes, precision, tolerance }),
    examples.map(kindOf),
    precision,
    name,
  );
}

class PlainFunction implements CompiledGraph {
  readonly compiled = false;
  readonly precision = 'float32';
  disposed = false;

  constructor(
    private readonly fn: TensorFunction,
    private readonly name: string,
  ) {}

  run(inputs: Tensor[]): Tensor[] {
    if (this.disposed) throw new Error(`${this.name}: a compiled function was run after its disposal`);
    return callPlain(this.fn, inputs);
  }

  dispose(): void {
    this.disposed = true;
  }
}

class NativeGraph implements CompiledGraph {
  readonly compiled = true;
  disposed = false;

  constructor(
    private readonly backend: NativeBackend,
    private readonly session: SharedSession,
    private readonly expected: readonly string[],
    readonly precision: Precision,
    private readonly name: string,
  ) {}

  run(inputs: Tensor[]): Tensor[] {
    if (this.disposed) throw new Error(`${this.name}: a compiled function was run after its disposal`);
    if (currentNative() !== this.backend) {
      throw new UnsupportedBackendError(
        `${this.name}: was compiled for the native backend, but "${tf.getBackend()}" is current`,
      );
    }
    const got = inputs.map(kindOf);
    if (got.join() !== this.expected.join()) {
      throw new ShapeError(`${this.name}: was compiled for (${this.expected.join(', ')}), got (${got.join(', ')})`);
    }
    return this.session.run(inputs);
  }

  dispose(): void {
    if (!this.disposed) this.session.dispose();
    this.disposed = true;
  }
}
