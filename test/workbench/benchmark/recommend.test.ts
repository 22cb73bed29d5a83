import { expect } from 'chai';
import { recommend } from '../../../src/workbench/benchmark/recommend.js';

const speed = (batch_size: number | 'auto', workers: number, gain: number) => ({
  ...{ batch_size, workers, gain },
  ...{ pictures_per_second: 10 * gain, lowest: 9 * gain, highest: 11 * gain },
});

describe('the recommendation of a benchmark', () => {
  it('is the fastest, where that is clear', () => {
    expect(recommend([speed(1, 0, 1), speed(4, 1, 1.5), speed(8, 2, 1.7)])).to.deep.equal({
      ...{ batch_size: 8, workers: 2, gain: 1.7, flags: '--batch-size 8 --num-workers 2' },
    });
  });

  it('is the one with the fewest threads, then the smallest batch, of those about as fast', () => {
    const speeds = [speed(1, 0, 1), speed('auto', 1, 1.68), speed(8, 1, 1.7), speed(4, 1, 1.66), speed(1, 4, 1.71)];
    expect(recommend(speeds).flags).to.equal('--batch-size 4 --num-workers 1');
  });

  it('has no flags where the defaults are as good', () => {
    expect(recommend([speed(1, 0, 1), speed(4, 0, 1.02)]).flags).to.equal('');
  });
});
