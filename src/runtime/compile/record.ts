import { UnsupportedBackendError } from '../../errors.js';
import { tf, type Tensor } from '../tf.js';
import { type Graph } from './graph.js';
import { type NativeBackend, type NativeTensor } from './native.js';
import { Recorder } from './recorder.js';

/** What can be recorded: from tensors to a tensor or several, at once (no promise). */
export type TensorFunction = (inputs: Tensor[]) => Tensor | Tensor[];

/**
 * Runs `fn` once on the native backend and gives the TensorFlow graph of what it did.
 *
 * @param examples one tensor an argument, borrowed; the graph holds for their shapes and types
 * @returns the graph, and what `fn` gave for the examples, owned by the caller
 * @throws UnsupportedBackendError if `fn` reads results back, is asynchronous, or uses what a graph cannot repeat
 */
export function record(
  fn: TensorFunction,
  examples: readonly Tensor[],
  backend: NativeBackend,
  name: string,
): { graph: Graph; results: Tensor[] } {
  const native = backend.binding;
  const recorder = new Recorder(native, name);
  const restoreGather = excuseIndexCheck(recorder);
  let graph: Graph;
  try {
    const results = tf.tidy(() => {
      const copies = backend.getInputTensorIds(examples).map((id, i) => freshCopy(backend, id, examples[i].dtype));
      for (const copy of copies) recorder.addInput(copy);
      const inputs = copies.map((copy) => backend.createOutputTensor(copy));
      const variables = variableContents();
      backend.binding = recorder.binding;
      const outputs = listOf(fn(inputs), name);
      if (variableContents().some((id, i) => id !== variables[i])) recorder.refuse('assigns to a variable');
      graph = recorder.graph(backend.getInputTensorIds(outputs));
      return outputs.map((output) => output.clone());
    });
    return { graph: graph!, results };
  } finally {
    backend.binding = native;
    restoreGather();
  }
}

/**
 * An input under a native name of its own, so that a weight which `fn` holds is not taken for its argument. Strings are copied, by
 * joining them with nothing: deleting one of two handles that share strings empties them.
 */
function freshCopy({ binding }: NativeBackend, id: number, dtype: string): NativeTensor {
  if (dtype !== 'string') return binding.executeOp('Identity', [], [id], 1)[0];
  return binding.executeOp('StringJoin', [{ name: 'N', type: binding.TF_ATTR_INT, value: 1 }], [id], 1)[0];
}

/** tfjs-node's gather reads its indices back to check them; a session checks them itself. */
function excuseIndexCheck(recorder: Recorder): () => void {
  const kernel = tf.getKernel('GatherV2', 'tensorflow');
  if (kernel === undefined) return () => {};
  const { kernelFunc } = kernel;
  kernel.kernelFunc = (args) => {
    recorder.checking = true;
    try {
      return kernelFunc(args);
    } finally {
      recorder.checking = false;
    }
  };
  return () => {
    kernel.kernelFunc = kernelFunc;
  };
}

function variableContents(): object[] {
  return Object.values(tf.engine().state.registeredVariables).map((variable) => variable.dataId);
}

function listOf(result: Tensor | Tensor[], name: string): Tensor[] {
  const promise = result as unknown as Partial<Promise<unknown>>;
  if (typeof promise.then === 'function') {
    promise.catch?.(() => {}); // what it awaits is gone when this tidy scope ends
    throw new UnsupportedBackendError(`${name}: cannot be compiled because it returns a promise instead of tensors`);
  }
  return Array.isArray(result) ? result : [result];
}
