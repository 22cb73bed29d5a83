import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Module, Start } from './module.js';
import { torchUniform } from './starts.js';

export interface DenseOptions {
  /** Absent = with a bias. */
  readonly bias?: boolean;
  /** How weight and bias begin; absent = as torch begins them. */
  start?(kind: 'weight' | 'bias', name: string, shape: number[]): Start;
}

/** A linear layer of the channels of every place: `[n, h, w, from]` -> `[n, h, w, to]`. */
export function dense(
  name: string,
  from: number,
  to: number,
  { bias: bent = true, start = (_, key, shape) => torchUniform(key, shape, from) }: DenseOptions = {},
): Module {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  return {
    trained: [start('weight', weight, [from, to]), ...(bent ? [start('bias', bias, [to])] : [])],
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
