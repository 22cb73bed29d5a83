import { expect } from 'chai';
import { overlay } from '../../src/config/overlay.js';

describe('overlay', () => {
  it('replaces what was given and leaves the rest', () => {
    const under = { a: 1, deep: { x: 1, y: 2 }, list: [1, 2] };
    expect(overlay(under, { deep: { y: 3, z: undefined }, list: [9] })).to.deep.equal({
      a: 1,
      deep: { x: 1, y: 3 },
      list: [9],
    });
  });

  it('lets null, false and 0 win, and adds no empty sections', () => {
    expect(overlay({ a: 1, b: true }, { a: null, b: false, c: { d: undefined } })).to.deep.equal({ a: null, b: false });
  });
});
