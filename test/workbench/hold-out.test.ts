import { expect } from 'chai';
import { DataError } from '../../src/errors.js';
import { holdOut } from '../../src/workbench/train/hold-out.js';

describe('holdOut', () => {
  const items = Array.from({ length: 11 }, (_, i) => i);

  it('splits without loss or overlap, in input order, by the seed', () => {
    const { fit, heldOut } = holdOut(items, 0.2, 4);
    expect(heldOut).to.have.length(3);
    expect([...fit, ...heldOut].sort((a, b) => a - b)).to.deep.equal(items);
    expect(fit).to.deep.equal([...fit].sort((a, b) => a - b));
    expect(holdOut(items, 0.2, 4)).to.deep.equal({ fit, heldOut });
    expect(holdOut(items, 0.2, 5).heldOut).to.not.deep.equal(heldOut);
  });

  it('leaves at least one on each side, and refuses a single picture', () => {
    expect(holdOut([1, 2], 0.01, 0).heldOut).to.have.length(1);
    expect(holdOut([1, 2], 0.99, 0).fit).to.have.length(1);
    expect(() => holdOut([1], 0.2, 0)).to.throw(DataError, 'at least 2 good pictures');
  });
});
