import { ShapeError, UnsupportedBackendError } from '../errors.js';
import { difference } from './compile/compare.js';
import { type GraphPass } from './compile/graph.js';
import { currentNative, type NativeBackend } from './compile/native.js';
import { prune } from './compile/prune.js';
import { record, type TensorFunction } from './compile/record.js';
import { type Session } from './compile/session.js';
import { tf, type Tensor } from './tf.js';

export type { TensorFunction } from './compile/record.js';

/** A function of tensors for one set of shapes, as one native call where the backend has sessions. */
export interface CompiledGraph {
  /** False where the function itself runs, because the backend has no sessions. */
  readonly compiled: boolean;
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
  /** How far a float32 result for the examples may be off, relative to its largest magnitude. */
  readonly tolerance?: number;
}

/**
 * Records what `fn` does with `examples` on the native backend and gives it back as one TensorFlow graph, the `tf.function` that
 * TensorFlow.js lacks. On every other backend the result runs `fn` itself.
 *
 * `fn` is written in plain tfjs and is pure: it gives tensors that depend only on its inputs and on tensors that it holds, which
 * are frozen into the graph with whatever is computed from them alone, random numbers made in JavaScript included. The graph runs
 * once before it is given out, and what it gives for the examples must be what `fn` gave.
 *
 * @param examples one tensor an argument, borrowed; values do not matter, shapes and types do
 * @throws UnsupportedBackendError on the native backend, if `fn` cannot be recorded: it reads results back, returns a promise, has
 *   results of a shape that depends on values, or holds 2 GB of weights
 */
export async function compile(
  fn: TensorFunction,
  examples: readonly Tensor[],
  { name = fn.name || 'function', passes = [], tolerance = 1e-3 }: CompileOptions = {},
): Promise<CompiledGraph> {
  const backend = currentNative();
  if (backend === null) return new PlainFunction(fn);
  const { Session } = await import('./compile/session.js'); // with protobufjs, which only the native backend needs
  const { graph, results } = record(fn, examples, backend, name);
  try {
    const rewritten = [prune, ...passes].reduce((current, pass) => pass(current), graph);
    const session = Session.load(backend, rewritten, name);
    try {
      check(session, examples, results, tolerance, name);
    } catch (error) {
      session.dispose();
      throw error;
    }
    return new NativeGraph(backend, session, examples, name);
  } finally {
    tf.dispose(results);
  }
}

/** Runs `fn` so that its results belong to the caller, even where `fn` gives back an argument or a weight. */
export function runPlain(fn: TensorFunction, inputs: Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const result = fn(inputs);
    return (Array.isArray(result) ? result : [result]).map((tensor) => tensor.clone());
  });
}

/** The first run optimises the graph, and shows that it computes what it should. */
function check(
  session: Session,
  examples: readonly Tensor[],
  expected: readonly Tensor[],
  tolerance: number,
  name: string,
): void {
  tf.tidy(() => {
    for (const [k, got] of session.run(examples).entries()) {
      const why = difference(expected[k], got, tolerance);
      if (why === null) continue;
      throw new UnsupportedBackendError(
        `${name}: the recorded graph does not repeat the function: result ${k} has ${why}`,
      );
    }
  });
}

class PlainFunction implements CompiledGraph {
  readonly compiled = false;
  disposed = false;

  constructor(private readonly fn: TensorFunction) {}

  run(inputs: Tensor[]): Tensor[] {
    if (this.disposed) throw new Error('a compiled function was run after its disposal');
    return runPlain(this.fn, inputs);
  }

  dispose(): void {
    this.disposed = true;
  }
}

class NativeGraph implements CompiledGraph {
  readonly compiled = true;
  disposed = false;
  private readonly expected: readonly string[];

  constructor(
    private readonly backend: NativeBackend,
    private readonly session: Session,
    examples: readonly Tensor[],
    private readonly name: string,
  ) {
    this.expected = examples.map(kindOf);
  }

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

function kindOf(tensor: Tensor): string {
  return `${tensor.dtype}[${tensor.shape.join('x')}]`;
}
