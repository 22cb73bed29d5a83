import { expect } from 'chai';

/** The largest difference between a result and what is recorded, relative to the largest recorded value. */
export function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).to.equal(want.length);
  const [difference, largest] = [0, 1].map((which) =>
    Array.from(want).reduce((a, v, i) => Math.max(a, which === 0 ? Math.abs(got[i] - v) : Math.abs(v)), 0),
  );
  return difference / largest;
}
