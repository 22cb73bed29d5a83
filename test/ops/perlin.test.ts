import { expect } from 'chai';
import { perlinMask } from '../../src/ops/perlin-mask.js';
import { perlinNoise } from '../../src/ops/perlin-noise.js';
import { Random } from '../../src/runtime/random.js';

describe('perlinNoise', () => {
  const noise = perlinNoise(new Random(3));
  const STEP = 1e-6;

  /** The gradient at a point of the lattice, measured. */
  const gradient = (x: number, y: number) =>
    [noise(x + STEP, y), noise(x, y + STEP)].map((value) => (value - noise(x, y)) / STEP);

  it('is zero on the lattice, where its gradients have one length and many directions', () => {
    const angles = new Set<number>();
    for (let x = -3; x < 9; x++) {
      for (let y = -3; y < 9; y++) {
        expect(noise(x, y)).to.equal(0);
        const [gx, gy] = gradient(x, y);
        expect(Math.hypot(gx, gy)).to.be.closeTo(Math.SQRT2, 1e-4);
        angles.add(Math.round(Math.atan2(gy, gx) * 100));
      }
    }
    expect(angles.size).to.be.greaterThan(60);
  });

  it('blends the planes of the four corners by the fade curve', () => {
    const random = new Random(8);
    for (let i = 0; i < 200; i++) {
      const [x, y] = [random.uniform(-20, 20), random.uniform(-20, 20)];
      let expected = 0;
      for (const cx of [Math.floor(x), Math.floor(x) + 1]) {
        for (const cy of [Math.floor(y), Math.floor(y) + 1]) {
          const [gx, gy] = gradient(cx, cy);
          const weight = [x - cx, y - cy].map((d) => 1 - (6 * Math.abs(d) ** 5 - 15 * d ** 4 + 10 * Math.abs(d) ** 3));
          expected += weight[0] * weight[1] * (gx * (x - cx) + gy * (y - cy));
        }
      }
      expect(noise(x, y)).to.be.closeTo(expected, 1e-4);
    }
  });

  it('stays within -1..1, comes near both, and repeats after 256 steps', () => {
    let [least, most] = [0, 0];
    for (let i = 0; i < 20000; i++) {
      const value = noise(i * 0.37, i * 0.113);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    expect(least).to.be.within(-1, -0.75);
    expect(most).to.be.within(0.75, 1);
    expect(noise(2.3 + 256, 4.1 - 256)).to.be.closeTo(noise(2.3, 4.1), 1e-9);
  });
});

describe('perlinMask', () => {
  it('covers a part of the picture, differently for every seed and alike for the same one', () => {
    const masks = Array.from({ length: 60 }, (_, seed) => perlinMask(new Random(seed), 48, 64));
    expect(masks.every((mask) => mask.length === 48 * 64 && mask.every((value) => value <= 1))).to.equal(true);
    const shares = masks.map((mask) => mask.reduce((sum, value) => sum + value, 0) / mask.length);
    expect(shares.filter((share) => share > 0).length).to.be.greaterThan(45);
    expect(Math.max(...shares)).to.be.lessThan(0.6);
    expect(perlinMask(new Random(7), 48, 64)).to.deep.equal(masks[7]);
    expect(new Set(masks.map((mask) => mask.join(''))).size).to.be.greaterThan(45);
  });

  it('covers more at a lower threshold, and refuses a size that is none', () => {
    const share = (threshold: number) =>
      perlinMask(new Random(1), 40, 40, { threshold, minScale: 2, maxScale: 3 }).reduce((sum, v) => sum + v, 0);
    expect(share(0)).to.be.greaterThan(share(0.4));
    expect(() => perlinMask(new Random(1), 0, 5)).to.throw('expected a size of 1 or more whole pixels, got 0 x 5');
  });
});
