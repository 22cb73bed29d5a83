import { expect } from 'chai';
import { measuredWidth, spreadRows } from '../../../src/models/memory-bank/spread-rows.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor2D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const [count, width, starts] = [300, 5, 10];
const random = new Random(3);
const points = Array.from({ length: count }, () =>
  Array.from({ length: width }, () => Math.fround(random.uniform(-1, 1))),
);
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));

/** The loop of the published code: mean distance to the starts, then the farthest again and again. */
function published(places: readonly number[], wanted: number): number[] {
  const nearest = points.map((p) => places.reduce((sum, s) => sum + distance(p, points[s]), 0) / places.length);
  return Array.from({ length: wanted }, () => {
    const chosen = nearest.indexOf(Math.max(...nearest));
    points.forEach((p, i) => (nearest[i] = Math.min(nearest[i], distance(p, points[chosen]))));
    return chosen;
  });
}

onEveryBackend('rows that lie spread out', () => {
  const context = { seed: 7, progress: silent };
  const choose = async (rows: Tensor2D, params: object, seed = 1) => {
    const options = { context, random: new Random(seed), step: 'selection' };
    return [...(await spreadRows(rows, 40, { coreset_dim: null, ...params }, options))];
  };

  it(
    'are those of the published code where several rows start the selection',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d(points);
      const drawn = new Set<number>();
      const again = new Random(1);
      while (drawn.size < starts) drawn.add(again.below(count));
      expect(await choose(rows, { coreset_starts: starts })).to.deep.equal(published([...drawn], 40));
      const one = await choose(rows, {});
      expect(one[0], 'one start is kept').to.equal(new Random(1).below(count));
      rows.dispose();
    }),
  );

  it(
    'are measured in the projection that is asked for',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d(points);
      const all = [{}, { coreset_dim: 2 }, { coreset_dim: 2, coreset_projection: 'sparse' }];
      const chosen = [];
      for (const params of all) chosen.push((await choose(rows, params)).join());
      expect(new Set(chosen).size).to.equal(3);
      expect(await choose(rows, { coreset_dim: { eps: 0.9 } }), 'never wider than the rows').to.deep.equal(
        await choose(rows, {}),
      );
      rows.dispose();
    }),
  );
});

describe('the width in which the selection measures', () => {
  it('follows from an error bound as in scikit-learn, and is that of the rows at most', () => {
    // johnson_lindenstrauss_min_dim(n, eps=0.9) = floor(4 ln n / (eps^2 / 2 - eps^3 / 3))
    expect(measuredWidth({ coreset_dim: { eps: 0.9 } }, 156_800, 1536)).to.equal(295);
    expect(measuredWidth({ coreset_dim: { eps: 0.9 } }, 1000, 1536)).to.equal(170);
    expect(measuredWidth({ coreset_dim: { eps: 0.9 } }, 156_800, 100)).to.equal(100);
    expect(measuredWidth({ coreset_dim: 128 }, 1000, 64)).to.equal(64);
    expect(measuredWidth({ coreset_dim: null }, 1000, 64)).to.equal(64);
  });
});
