import { expect } from 'chai';
import { embedWithMasks, onGrid, withMasks } from '../../../src/models/discriminative/defect-features.js';
import type { DefectSource } from '../../../src/models/detector.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

onEveryBackend('masks on the grid of the features', () => {
  it(
    'are 1 where half of a place is defective, or as much as of any; 0 without a defect; -1 where nothing is known',
    leavesNoTensors(async () => {
      const masks = tf.tensor4d(
        [
          [1, 1, 0, 0, 1, 1, 0, 1], // all of the first place, a quarter of the second
          [0, 0, 0, 0, 0, 0, 0, 1], // a quarter of the second place
          [0, 0, 0, 0, 0, 0, 0, 0],
          [-1, -1, -1, -1, -1, -1, -1, -1],
        ].flat(),
        [4, 2, 4, 1],
      );
      const grid = onGrid(masks, 2);
      const flat = grid.squeeze([1, 3]);
      expect(await flat.array()).to.deep.equal([
        [1, 0],
        [0, 1],
        [0, 0],
        [-1, -1],
      ]);
      tf.dispose([masks, grid, flat]);
    }),
  );

  it(
    'travel with the features of their pictures',
    leavesNoTensors(async () => {
      const source: DefectSource = {
        count: 1,
        async *batches() {
          yield { pixels: tf.ones([1, 2, 2, 3]), masks: tf.ones([1, 2, 2, 1]), sources: ['a'], sizes: [] };
        },
      };
      for await (const { pixels } of withMasks(source).batches()) {
        const features = embedWithMasks(pixels, (x) => tf.avgPool(x, 2, 2, 'valid') as Tensor4D);
        expect(await features.array()).to.deep.equal([[[[1, 1, 1, 1]]]]);
        tf.dispose([pixels, features]);
      }
    }),
  );
});
