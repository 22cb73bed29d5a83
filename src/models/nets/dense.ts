import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';
import { torchUniform } from './starts.js';

/** A linear layer of the channels of every place, begun as torch begins one: `[n, h, w, from]` -> `[n, h, w, to]`. */
export function dense(name: string, from: number, to: number, { bias: bent = true } = {}): Module {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  return {
    trained: [torchUniform(weight, [from, to], from), ...(bent ? [torchUniform(bias, [to], from)] : [])],
    statistics: [],
    // one matrix product: quicker than a convolution of size 1, its gradients above all
    apply: (x, { values }) =>
      tf.tidy(() => {
        const [n, h, w] = x.shape;
        const rows = x.reshape([n * h * w, from]) as Tensor2D;
        const product = rows.matMul(values[weight] as Tensor2D);
        return (bent ? product.add(values[bias]) : product).reshape([n, h, w, to]) as Tensor4D;
      }),
  };
}
