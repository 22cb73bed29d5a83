import type { TrainingRule } from '../../config/training-rule.js';

/**
 * The learning rate of an epoch: it rises evenly in the epochs of the warmup, then follows torch's `StepLR` or `CosineAnnealingLR` (which
 * would reach 0 after the last epoch).
 *
 * @param epoch from 0 on
 * @param epochs all that are planned
 */
export function learningRateOf(rule: TrainingRule, epoch: number, epochs: number): number {
  const { lr, scheduler_name, warmup_epochs, gamma, step_size } = rule;
  if (epoch < warmup_epochs) return (lr * (epoch + 1)) / warmup_epochs;
  const [at, length] = [epoch - warmup_epochs, Math.max(1, epochs - warmup_epochs)];
  if (scheduler_name === 'step') return lr * gamma ** Math.floor(at / step_size);
  if (scheduler_name === 'cosine') return (lr * (1 + Math.cos((Math.PI * at) / length))) / 2;
  return lr;
}
