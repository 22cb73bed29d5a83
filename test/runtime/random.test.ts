import { expect } from 'chai';
import { Random } from '../../src/runtime/random.js';

describe('Random', () => {
  it('repeats itself for a seed and differs for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return [random.uniform(), random.below(100), random.normal(), ...random.shuffled([1, 2, 3, 4, 5])];
    };
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)).to.not.deep.equal(draw(8));
  });

  it('draws with the stated mean and spread', () => {
    const random = new Random(1);
    const values = Array.from({ length: 20000 }, () => random.normal());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(mean).to.be.closeTo(0, 0.03);
    expect(variance).to.be.closeTo(1, 0.05);
  });

  it('forks sources that do not follow each other', () => {
    const random = new Random(3);
    expect(random.fork('a').uniform()).to.not.equal(random.fork('b').uniform());
    expect(random.fork('a').uniform()).to.equal(new Random(3).fork('a').uniform());
  });
});
