import { tf, type Tensor } from '../tf.js';
import { type Graph } from './graph.js';
import { type NativeBackend, type TensorMetadata } from './native.js';
import { Recorder } from './recorder.js';
import { callPlain, type TensorFunction } from './tensor-function.js';

/**
 * Runs `fn` once on the native backend and gives the TensorFlow graph of what it did.
 *
 * @param examples one tensor an argument, borrowed; the graph holds for their shapes and types
 * @throws UnsupportedBackendError if `fn` reads results back or does something else that a graph cannot repeat
 */
export function record(fn: TensorFunction, examples: readonly Tensor[], backend: NativeBackend, name: string): Graph {
  const native = backend.binding;
  const recorder = new Recorder(native, name);
  const restoreGather = excuseIndexCheck(recorder);
  let graph: Graph;
  try {
    tf.tidy(() => {
      const copies = backend.getInputTensorIds(examples).map((id, i) => freshCopy(backend, id, examples[i].dtype));
      for (const copy of copies) recorder.addInput(copy);
      const inputs = copies.map((copy) => backend.createOutputTensor(copy));
      const variables = variableContents();
      backend.binding = recorder.binding;
      callPlain(fn, inputs, (results) => {
        if (variableContents().some((id, i) => id !== variables[i])) recorder.refuse('assigns to a variable');
        graph = recorder.graph(backend.getInputTensorIds(results));
      });
    });
    return graph!;
  } catch (error) {
    recorder.release();
    throw error;
  } finally {
    backend.binding = native;
    restoreGather();
  }
}

/**
 * An input under a native name of its own, so that a weight which `fn` holds is not taken for its argument. Strings are copied, by
 * joining them with nothing: deleting one of two handles that share strings empties them.
 */
function freshCopy({ binding }: NativeBackend, id: number, dtype: string): TensorMetadata {
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
