import fc from 'fast-check';
import { type Size } from '../../src/config/size.js';
import { Random } from '../../src/runtime/random.js';

export interface RandomMap extends Size {
  readonly data: Float32Array;
}

/** Small maps with bumps, lines, plateaus and noise, values mostly from 0 to 1, on a grid of 1/64 so that ties occur. */
export const randomMaps = (most = 28): fc.Arbitrary<RandomMap> =>
  fc
    .record({
      height: fc.integer({ min: 1, max: most }),
      width: fc.integer({ min: 1, max: most }),
      seed: fc.integer(),
      shapes: fc.integer({ min: 0, max: 6 }),
      noise: fc.constantFrom(0, 0.2, 0.5, 1),
    })
    .map(({ height, width, seed, shapes, noise }) => {
      const random = new Random(seed);
      const values = new Float64Array(height * width);
      for (let p = 0; p < values.length; p++) values[p] = random.uniform() * noise;
      for (let s = 0; s < shapes; s++) {
        const [cy, cx] = [random.uniform(0, height), random.uniform(0, width)];
        const [ry, rx] = [random.uniform(0.3, 5), random.uniform(0.3, 5)];
        const peak = random.uniform(0.3, 1);
        const round = random.uniform() < 0.6;
        for (let p = 0; p < values.length; p++) {
          const dy = Math.abs(Math.floor(p / width) - cy) / ry;
          const dx = Math.abs((p % width) - cx) / rx;
          const bump = round ? peak * Math.exp(-(dx * dx + dy * dy)) : dx < 1 && dy < 1 ? peak : 0;
          values[p] = Math.max(values[p], bump);
        }
      }
      return { height, width, data: Float32Array.from(values, (v) => Math.round(v * 64) / 64) };
    });
