import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { johnsonLindenstraussWidth, randomProjection } from '../../src/ops/random-projection.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('randomProjection', () => {
  for (const kind of ['gaussian', 'sparse'] as const) {
    it(
      `keeps squared lengths in the mean (${kind})`,
      leavesNoTensors(async () => {
        const projection = randomProjection(400, 60, kind, 5);
        const values = (await projection.data()) as Float32Array;
        projection.dispose();
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const power = values.reduce((a, b) => a + b * b, 0) / values.length;
        expect(mean).to.be.closeTo(0, 4 * Math.sqrt(power / values.length));
        expect(power * 60).to.be.closeTo(1, 0.1);
        if (kind === 'sparse') {
          const set = values.filter((v) => v !== 0);
          expect(set.length / values.length).to.be.closeTo(1 / 20, 0.005);
          expect(new Set(set.map(Math.abs)).size).to.equal(1);
        }
      }),
    );
  }

  it(
    'repeats itself for a seed and differs for another',
    leavesNoTensors(async () => {
      const draw = async (seed: number) => {
        const projection = randomProjection(6, 4, 'gaussian', seed);
        const values = await projection.array();
        projection.dispose();
        return values;
      };
      expect(await draw(1)).to.deep.equal(await draw(1));
      expect(await draw(1)).to.not.deep.equal(await draw(2));
    }),
  );
});

describe('johnsonLindenstraussWidth', () => {
  it('equals the documented values of scikit-learn', () => {
    expect(johnsonLindenstraussWidth(1e6, 0.5)).to.equal(663);
    expect(johnsonLindenstraussWidth(1e6, 0.1)).to.equal(11841);
    expect(johnsonLindenstraussWidth(1e4, 0.1)).to.equal(7894);
  });

  it('goes with widths of 1 or more only', () => {
    expect(() => randomProjection(0, 3, 'sparse', 1)).to.throw(ShapeError);
  });
});
