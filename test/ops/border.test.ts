import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { suppressBorder } from '../../src/ops/border.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('suppressBorder', () => {
  const borderOf = async (shape: [number, number, number], width: number, value?: number) => {
    const maps: Tensor3D = tf.ones(shape);
    const out = suppressBorder(maps, width, value);
    const array = await out.array();
    tf.dispose([maps, out]);
    return array;
  };

  it(
    'keeps the inside and replaces the frame',
    leavesNoTensors(async () => {
      expect(await borderOf([1, 4, 5], 1)).to.deep.equal([
        [
          [0, 0, 0, 0, 0],
          [0, 1, 1, 1, 0],
          [0, 1, 1, 1, 0],
          [0, 0, 0, 0, 0],
        ],
      ]);
    }),
  );

  it(
    'takes any value, for every map of the batch',
    leavesNoTensors(async () => {
      const frame = [-2, -2, -2];
      const map = [frame, [-2, 1, -2], frame];
      expect(await borderOf([2, 3, 3], 1, -2)).to.deep.equal([map, map]);
    }),
  );

  it('leaves only the value when the frame covers the map', async () => {
    expect(await borderOf([1, 4, 9], 2)).to.deep.equal([Array(4).fill(Array(9).fill(0))]);
    expect(await borderOf([1, 9, 3], 2)).to.deep.equal([Array(9).fill(Array(3).fill(0))]);
    expect(await borderOf([1, 2, 2], 50)).to.deep.equal([Array(2).fill(Array(2).fill(0))]);
  });

  it('changes nothing for a frame of 0, and refuses what is no width', async () => {
    expect(await borderOf([1, 1, 2], 0)).to.deep.equal([[[1, 1]]]);
    const maps: Tensor3D = tf.ones([1, 2, 2]);
    for (const width of [-1, 0.5, NaN]) expect(() => suppressBorder(maps, width)).to.throw(ShapeError, '0 or more');
    maps.dispose();
  });
});
