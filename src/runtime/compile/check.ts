import { UnsupportedBackendError } from '../../errors.js';
import { tf, type Tensor } from '../tf.js';
import { difference } from './compare.js';
import { type Precision } from './precision.js';
import { type Session } from './session.js';
import { callPlain, type TensorFunction } from './tensor-function.js';

interface CheckOptions {
  readonly precision: Precision;
  /** See `difference`. */
  readonly tolerance: number;
  readonly name: string;
}

/**
 * Lets a graph and the function that it was recorded from compute the same, and compares. The inputs are not the examples, so that
 * nothing which depended on the examples' values can have been frozen into the graph unnoticed: noise within their range, and for
 * bfloat16 the examples mirrored, because networks blow up its roundings on noise that they were not made for. It is the session's
 * first run as well, in which TensorFlow optimises the graph.
 *
 * @throws UnsupportedBackendError if the results differ
 */
export function checkGraph(
  session: Session,
  fn: TensorFunction,
  examples: readonly Tensor[],
  { precision, tolerance, name }: CheckOptions,
): void {
  tf.tidy(() => {
    const inputs = examples.map((example, i) => inputLike(example, i, precision));
    const got = session.run(inputs);
    for (const [k, expected] of callPlain(fn, inputs).entries()) {
      const why = difference(expected, got[k], tolerance);
      if (why === null) continue;
      throw new UnsupportedBackendError(
        `${name}: the recorded graph does not repeat the function: result ${k} has ${why}`,
      );
    }
  });
}

function inputLike(example: Tensor, seed: number, precision: Precision): Tensor {
  // tfjs-node empties a tensor of strings when a view of it is disposed, and `fn` may make one
  if (example.dtype === 'string') return tf.tensor(example.dataSync<'string'>(), example.shape, 'string');
  if (example.dtype !== 'float32' || example.size === 0) return example;
  if (precision === 'bfloat16') return tf.reverse(example);
  const [low, high] = tf.stack([tf.min(example), tf.max(example)]).dataSync();
  const known = Number.isFinite(low) && Number.isFinite(high) && low < high;
  return tf.randomUniform(example.shape, known ? low : 0, known ? high : 1, 'float32', seed);
}
