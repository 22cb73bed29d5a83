import { type Tensor } from '../tf.js';
import { bfloat16 } from './bfloat16.js';
import { biasAdd } from './bias-add.js';
import { checkGraph } from './check.js';
import { foldPadding } from './fold-padding.js';
import { type GraphPass } from './graph.js';
import { type NativeBackend } from './native.js';
import { orderedSums } from './ordered-sums.js';
import { padDepthwise } from './pad-depthwise.js';
import { type Precision } from './precision.js';
import { prune } from './prune.js';
import { record } from './record.js';
import { residualSum } from './residual-sum.js';
import { savedModelBytes } from './saved-model.js';
import { sessionsOf, type SharedSession } from './session-pool.js';
import { Session } from './session.js';
import { type TensorFunction } from './tensor-function.js';

interface LoadOptions {
  readonly name: string;
  readonly passes: readonly GraphPass[];
  readonly precision: Precision;
  readonly tolerance: number;
}

/** What helps TensorFlow's optimiser, and what keeps it from results that change from run to run. */
const TUNING: readonly GraphPass[] = [prune, padDepthwise, foldPadding, biasAdd, residualSum, orderedSums];

/**
 * Records `fn`, rewrites the graph, hands it to TensorFlow and checks it, unless that was done before with the same graph.
 *
 * @throws UnsupportedBackendError if one of these steps cannot be done
 */
export function loadRecorded(
  backend: NativeBackend,
  fn: TensorFunction,
  examples: readonly Tensor[],
  { name, passes, precision, tolerance }: LoadOptions,
): SharedSession {
  const recorded = record(fn, examples, backend, name);
  let session: Session | undefined;
  try {
    const lowering = precision === 'bfloat16' ? [bfloat16] : [];
    const graph = [...TUNING, ...lowering, ...passes].reduce((current, pass) => pass(current), recorded);
    const bytes = savedModelBytes(graph, name);
    const make = () => {
      session = Session.load(backend, graph, bytes, name);
      checkGraph(session, fn, examples, { precision, tolerance, name });
      return session;
    };
    // Held weights are not in the bytes, and too large to be kept for nobody.
    return graph.held.length > 0 ? make() : sessionsOf(backend).take(bytes, make);
  } catch (error) {
    if (session !== undefined) session.dispose();
    else for (const { id } of recorded.held) backend.binding.deleteTensor(id);
    throw error;
  }
}
