import { tf, type Tensor } from '../../runtime/tf.js';

export interface AdamWRates {
  readonly learningRate: number;
  /** Share of the learning rate by which every value shrinks towards 0 in a step. */
  readonly weightDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
  readonly largest: Tensor;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019) and the largest second moment so far (AMSGrad; Reddi et al. 2018), as
 * torch's `AdamW(amsgrad=True)` computes it.
 */
export class AdamW {
  private readonly moments = new Map<string, Moments>();
  private steps = 0;

  constructor(private readonly rates: AdamWRates) {}

  /**
   * @param values disposed
   * @param gradients of the same names and shapes, disposed
   * @returns the values after the step, owned by the caller
   */
  step<T extends Readonly<Record<string, Tensor>>>(values: T, gradients: { readonly [K in keyof T]: Tensor }): T {
    this.steps++;
    const next = Object.entries(values).map(([name, value]) => [name, this.stepOne(name, value, gradients[name])]);
    tf.dispose([values, gradients]);
    return Object.fromEntries(next) as T;
  }

  dispose(): void {
    for (const { first, second, largest } of this.moments.values()) tf.dispose([first, second, largest]);
    this.moments.clear();
  }

  private stepOne(name: string, value: Tensor, gradient: Tensor): Tensor {
    const { learningRate, weightDecay } = this.rates;
    const before = this.moments.get(name);
    const [next, first, second, largest] = tf.tidy(() => {
      const fresh = tf.zerosLike(value);
      const m = (before?.first ?? fresh).mul(BETA1).add(gradient.mul(1 - BETA1));
      const v = (before?.second ?? fresh).mul(BETA2).add(gradient.square().mul(1 - BETA2));
      const most = tf.maximum(before?.largest ?? fresh, v);
      const spread = most
        .sqrt()
        .div(Math.sqrt(1 - BETA2 ** this.steps))
        .add(EPSILON);
      const change = m.div(spread).mul(learningRate / (1 - BETA1 ** this.steps));
      return [value.mul(1 - learningRate * weightDecay).sub(change), m, v, most];
    });
    if (before !== undefined) tf.dispose([before.first, before.second, before.largest]);
    this.moments.set(name, { first, second, largest });
    return next;
  }
}
