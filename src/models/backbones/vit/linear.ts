import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../../../runtime/tf.js';

/** A torch `Linear` on the host: `weight` is `[to, from]`, row by row. */
export interface LinearValues {
  readonly weight: Float32Array;
  /** Zeros where it is absent. */
  readonly bias: Float32Array | null;
  readonly from: number;
  readonly to: number;
}

/** A linear layer of tokens. */
export class Linear {
  private readonly weight: Tensor2D;
  private readonly bias: Tensor1D | null;

  /** @param gain multiplies every output, bias included; folded into the weights in float64 */
  constructor({ weight, bias, from, to }: LinearValues, gain: (output: number) => number = () => 1) {
    const turned = new Float32Array(weight.length);
    for (let o = 0; o < to; o++) {
      const g = gain(o);
      for (let i = 0; i < from; i++) turned[i * to + o] = weight[o * from + i] * g;
    }
    this.weight = tf.tensor2d(turned, [from, to]);
    this.bias = bias === null ? null : tf.tensor1d(bias.map((b, o) => b * gain(o)));
  }

  /**
   * @param x `[n, t, from]`, borrowed
   * @returns `[n, t, to]`, owned by the caller
   */
  apply(x: Tensor3D): Tensor3D {
    const [n, t, from] = x.shape;
    return tf.tidy(() => {
      const rows = x.reshape([n * t, from]) as Tensor2D;
      const y = tf.fused.matMul({ a: rows, b: this.weight, bias: this.bias ?? undefined });
      return y.reshape([n, t, this.weight.shape[1]]) as Tensor3D;
    });
  }

  dispose(): void {
    tf.dispose([this.weight, this.bias].filter((tensor): tensor is Tensor1D => tensor !== null) as Tensor[]);
  }
}
