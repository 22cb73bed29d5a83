import type { TrainingRule } from '../../config/training-rule.js';
import type { Scalar, Tensor } from '../../runtime/tf.js';

/** A step of gradient descent for one tensor, as torch computes it: a pure function, so that it can be recorded with the gradients. */
export interface Optimizer {
  /** What is remembered of every tensor between steps; it begins at zero. */
  readonly slots: readonly string[];
  /** Numbers that change from step to step. @param step from 1 on */
  rates(learningRate: number, step: number): number[];
  /**
   * @param slots in the order of `slots`; all tensors are borrowed
   * @param rates of this step, one a scalar
   * @returns the next value and the next slots, within the caller's tidy scope
   */
  update(value: Tensor, gradient: Tensor, slots: readonly Tensor[], rates: readonly Scalar[]): [Tensor, ...Tensor[]];
}

export function optimizerOf(rule: TrainingRule): Optimizer {
  return rule.optimizer_name === 'sgd' ? sgd(rule) : adam(rule);
}

/** Stochastic gradient descent with momentum; weight decay is part of the gradient. */
function sgd({ momentum, weight_decay }: TrainingRule): Optimizer {
  return {
    slots: momentum === 0 ? [] : ['velocity'],
    rates: (learningRate) => [learningRate],
    update(value, gradient, slots, [rate]) {
      const slope = weight_decay === 0 ? gradient : gradient.add(value.mul(weight_decay));
      if (momentum === 0) return [value.sub(slope.mul(rate))];
      const velocity = slots[0].mul(momentum).add(slope);
      return [value.sub(velocity.mul(rate)), velocity];
    },
  };
}

/**
 * Adam (Kingma and Ba, ICLR 2015). In AdamW (Loshchilov and Hutter, ICLR 2019) weight decay shrinks the values themselves and is no part of
 * the gradient. StableAdamW (Wortsman et al., NeurIPS 2023) is AdamW that takes smaller steps for a tensor whose gradients have outgrown
 * what is remembered of them.
 */
function adam({ optimizer_name, beta1, beta2, eps, weight_decay }: TrainingRule): Optimizer {
  const [decoupled, stable] = [optimizer_name !== 'adam', optimizer_name === 'stable_adamw'];
  return {
    slots: ['first', 'second'],
    rates: (learningRate, step) => [
      learningRate / (1 - beta1 ** step),
      1 / Math.sqrt(1 - beta2 ** step),
      1 - learningRate * weight_decay,
    ],
    update(value, gradient, [before, beforeSquared], [rate, correction, keep]) {
      const [decays, shrinks] = [weight_decay !== 0 && !decoupled, weight_decay !== 0 && decoupled];
      const slope = decays ? gradient.add(value.mul(weight_decay)) : gradient;
      const first = before.mul(beta1).add(slope.mul(1 - beta1));
      const second = beforeSquared.mul(beta2).add(slope.square().mul(1 - beta2));
      const spread = second.sqrt().mul(correction).add(eps);
      const step = stable ? rate.div(slope.div(spread).square().mean().sqrt().maximum(1)) : rate;
      const change = first.div(spread).mul(step);
      return [(shrinks ? value.mul(keep) : value).sub(change), first, second];
    },
  };
}
