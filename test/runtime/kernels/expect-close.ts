import { expect } from 'chai';

/** Equal length, every value within `tolerance` of the largest magnitude. */
export function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  expect(got.length, 'number of values').to.equal(wanted.length);
  const scale = Math.max(1, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < got.length; i++) expect(got[i], `value ${i}`).to.be.closeTo(wanted[i], tolerance * scale);
}
