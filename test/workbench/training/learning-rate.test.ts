import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { TrainingRule } from '../../../src/config/training-rule.js';
import { learningRateOf } from '../../../src/workbench/training/learning-rate.js';

const ratesOf = (rule: object, epochs: number) => {
  const decoded = decode(TrainingRule, { lr: 0.1, ...rule }, 'training');
  return Array.from({ length: epochs }, (_, epoch) => Number(learningRateOf(decoded, epoch, epochs).toFixed(6)));
};

describe('the learning rate', () => {
  it('stays, steps and falls as torch says', () => {
    expect(ratesOf({}, 3)).to.deep.equal([0.1, 0.1, 0.1]);
    expect(ratesOf({ scheduler_name: 'step', step_size: 2, gamma: 0.5 }, 5)).to.deep.equal([
      0.1, 0.1, 0.05, 0.05, 0.025,
    ]);
    // CosineAnnealingLR(T_max=4)
    expect(ratesOf({ scheduler_name: 'cosine' }, 4)).to.deep.equal([0.1, 0.085355, 0.05, 0.014645]);
  });

  it('rises in the warmup, after which the schedule begins', () => {
    expect(ratesOf({ warmup_epochs: 2, scheduler_name: 'cosine' }, 4)).to.deep.equal([0.05, 0.1, 0.1, 0.05]);
    expect(ratesOf({ warmup_epochs: 4 }, 3)).to.deep.equal([0.025, 0.05, 0.075]);
  });
});
