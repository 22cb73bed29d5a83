import { tf, type Tensor1D, type Tensor3D } from '../../../runtime/tf.js';

/** Layer normalisation of tokens over their channels (Ba et al. 2016), with the biased variance, as torch has it. */
export class LayerNorm {
  private readonly gain: Tensor1D;
  private readonly bias: Tensor1D;

  constructor(
    gain: Float32Array,
    bias: Float32Array,
    private readonly epsilon: number,
  ) {
    this.gain = tf.tensor1d(gain);
    this.bias = tf.tensor1d(bias);
  }

  /**
   * @param x `[n, t, c]`, borrowed
   * @returns `[n, t, c]`, owned by the caller
   */
  apply(x: Tensor3D): Tensor3D {
    return tf.tidy(() => {
      const centred = x.sub(x.mean(2, true));
      const scale = tf.rsqrt(centred.square().mean(2, true).add(this.epsilon));
      return centred.mul(scale).mul(this.gain).add(this.bias) as Tensor3D;
    });
  }

  dispose(): void {
    tf.dispose([this.gain, this.bias]);
  }
}
