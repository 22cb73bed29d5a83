import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from '../nets/module.js';

/**
 * Linear attention (Katharopoulos et al., Transformers are RNNs, ICML 2020) of all places of a picture: `phi(Q) (phi(K)' V)` divided by
 * `phi(Q) phi(K)' 1`, with phi the exponential linear unit plus 1. It cannot look at one place alone as softmax can.
 *
 * @param joint gives queries, keys and values side by side, `[n, h, w, 3 d]`
 * @param project from what the heads found, side by side, to the result
 * @param heads divides d
 */
export function linearAttention(joint: Module, project: Module, heads: number): Module {
  return {
    trained: [...joint.trained, ...project.trained],
    statistics: [],
    apply: (x, pass) =>
      tf.tidy(() => {
        const [n, h, w, d] = x.shape;
        const [q, k, v] = tf
          .split(joint.apply(x, pass), 3, 3)
          .map((part) => part.reshape([n, h * w, heads, d / heads]).transpose([0, 2, 1, 3]));
        const [queries, keys] = [positive(q), positive(k)];
        const found = tf.matMul(queries, tf.matMul(keys, v, true));
        const weight = tf.matMul(queries, keys.sum(2, true), false, true);
        const seen = found.div(weight).transpose([0, 2, 1, 3]).reshape<Tensor4D>([n, h, w, d]);
        return project.apply(seen, pass);
      }),
  };
}

/** The exponential linear unit plus 1. */
function positive(x: Tensor): Tensor {
  const above = tf.relu(x);
  return tf.exp(x.sub(above)).add(above);
}
