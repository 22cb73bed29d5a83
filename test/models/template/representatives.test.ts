import { expect } from 'chai';
import { representatives } from '../../../src/models/template/representatives.js';
import { Random } from '../../../src/runtime/random.js';

describe('representatives', () => {
  const groups = [
    [0, 0],
    [1, 0],
    [0.4, 0.1],
    [100, 100],
    [101, 100],
    [100.5, 100.1],
    [-50, 80],
  ];

  it('finds the middle row of each group, whatever the seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(representatives(groups, 3, new Random(seed)).sort((a, b) => a - b)).to.deep.equal([2, 5, 6]);
    }
  });

  it('gives fewer when rows repeat, and never one twice', () => {
    const rows = [[1], [1], [2], [2], [1]];
    expect(representatives(rows, 4, new Random(0)).sort((a, b) => a - b)).to.deep.equal([0, 2]);
    expect(representatives([[3], [3]], 1, new Random(0))).to.deep.equal([0]);
  });
});
