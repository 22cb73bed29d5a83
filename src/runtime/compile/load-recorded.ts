import { type Tensor } from '../tf.js';
import { checkGraph } from './check.js';
import { type GraphPass } from './graph.js';
import { type NativeBackend } from './native.js';
import { padDepthwise } from './pad-depthwise.js';
import { prune } from './prune.js';
import { record } from './record.js';
import { Session } from './session.js';
import { type TensorFunction } from './tensor-function.js';

/**
 * Records `fn`, rewrites the graph, hands it to TensorFlow and checks it.
 *
 * @throws UnsupportedBackendError if one of these steps cannot be done
 */
export function loadRecorded(
  backend: NativeBackend,
  fn: TensorFunction,
  examples: readonly Tensor[],
  { name, passes, tolerance }: { name: string; passes: readonly GraphPass[]; tolerance: number },
): Session {
  const recorded = record(fn, examples, backend, name);
  let session: Session | undefined;
  try {
    const graph = [prune, padDepthwise, ...passes].reduce((current, pass) => pass(current), recorded);
    session = Session.load(backend, graph, name);
    checkGraph(session, fn, examples, tolerance, name);
    return session;
  } catch (error) {
    if (session !== undefined) session.dispose();
    else for (const { id } of recorded.held) backend.binding.deleteTensor(id);
    throw error;
  }
}
