import { expect } from 'chai';
import { defaultsOf } from '../../../src/config/codec.js';
import { ChannelStandard, standardized } from '../../../src/models/flow/channel-standard.js';
import { csflowModel } from '../../../src/models/flow/csflow-model.js';
import { CsflowParams } from '../../../src/models/flow/csflow-params.js';
import { fiberBatches } from '../../../src/models/flow/fiber-batches.js';
import { joinMaps } from '../../../src/models/flow/join-maps.js';
import { packScales, unpackScales } from '../../../src/models/flow/pack-scales.js';
import { randomOrthogonal } from '../../../src/models/flow/random-orthogonal.js';
import { turnedPyramid } from '../../../src/models/flow/turned-pyramid.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const random = new Random(3);
const drawn = (count: number) => Array.from({ length: count }, () => random.normal());

onEveryBackend('parts of the flows', () => {
  it(
    'standardise every channel over the places of all batches; one that hardly varies is not blown up',
    leavesNoTensors(async () => {
      // channels: wide, far from 0, constant
      const values = Array.from({ length: 20 }, () => [3 * random.normal(), 50 + random.normal(), 7]);
      const batches = [values.slice(0, 12), values.slice(12)].map((part) =>
        tf.tensor4d(part.flat(), [part.length / 4, 2, 2, 3]),
      );
      const standard = new ChannelStandard(0);
      batches.forEach((batch) => standard.add(batch));
      const learned = await standard.values();
      const [got] = standardized([batches[0]], learned);
      const moments = [0, 1, 2].map((c) => {
        const mean = values.reduce((sum, row) => sum + row[c], 0) / 20;
        return { mean, variance: values.reduce((sum, row) => sum + (row[c] - mean) ** 2, 0) / 20 };
      });
      const floor = 0.1 * Math.sqrt(moments.reduce((sum, { variance }) => sum + variance, 0) / 3) + 1e-6;
      const want = values
        .slice(0, 12)
        .map((row) => row.map((v, c) => (v - moments[c].mean) / Math.max(Math.sqrt(moments[c].variance), floor)));
      expect(worst(await got.data(), want.flat())).to.be.below(1e-4);
      standard.dispose();
      tf.dispose([batches, learned, got]);
    }),
  );

  it(
    'pack scales into rows and back',
    leavesNoTensors(async () => {
      const x = [tf.tensor4d(drawn(24), [2, 2, 3, 2]), tf.tensor4d(drawn(6), [2, 1, 1, 3])];
      const packed = packScales(x);
      expect(packed.shape).to.deep.equal([2, 1, 1, 15]);
      const back = unpackScales(packed, [
        { height: 2, width: 3, channels: 2 },
        { height: 1, width: 1, channels: 3 },
      ]);
      for (const [i, scale] of back.entries()) {
        expect(scale.shape).to.deep.equal(x[i].shape);
        expect(await scale.data()).to.deep.equal(await x[i].data());
      }
      tf.dispose([x, packed, back]);
    }),
  );

  it(
    'give every place of the pictures once, with the code of its place',
    leavesNoTensors(async () => {
      // the value of a place is its number among all; its code its number in the picture
      const x = tf.tensor4d(
        Array.from({ length: 12 }, (_, i) => i),
        [2, 2, 3, 1],
      );
      const codes = tf.tensor2d(
        Array.from({ length: 6 }, (_, i) => i),
        [6, 1],
      );
      const seen: number[] = [];
      for (const [fibers, where] of fiberBatches([x], [codes], { steps: 3, rows: [4] }, new Random(1))) {
        const [rows, places] = [await fibers.data(), await where.data()];
        expect(Array.from(rows, (row) => row % 6)).to.deep.equal(Array.from(places));
        seen.push(...rows);
        tf.dispose([fibers, where]);
      }
      expect(seen).to.not.deep.equal([...seen].sort((a, b) => a - b));
      expect(seen.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 12 }, (_, i) => i));
      codes.dispose();
    }),
  );

  it(
    'join maps on the finest grid',
    leavesNoTensors(async () => {
      const maps = [tf.tensor3d([1, 2, 3, 4], [1, 2, 2]), tf.tensor3d([10], [1, 1, 1])] as Tensor3D[];
      const joined = joinMaps(maps);
      expect(Array.from(await joined.data())).to.deep.equal([5.5, 6, 6.5, 7]);
      tf.dispose([maps, joined]);
    }),
  );

  it(
    'see turned copies of a picture by the means of their channels',
    leavesNoTensors(async () => {
      const shape = { height: 2, width: 2, channels: 3 };
      // A picture that is bright on the left is bright at the top after a quarter turn clockwise.
      const top = (x: Tensor4D) => [
        tf.tidy(() => x.slice([0, 0, 0, 0], [-1, 1, -1, -1]).tile([1, 2, 1, 1]) as Tensor4D),
      ];
      const { scales, features } = turnedPyramid({ scales: [shape], features: top }, [0, -90]);
      expect(scales).to.deep.equal([{ height: 2, width: 1, channels: 3 }]);
      const picture = tf.tensor4d([9, 9, 9, 1, 1, 1, 9, 9, 9, 1, 1, 1], [1, 2, 2, 3]);
      const [seen] = features(picture);
      expect(seen.shape).to.deep.equal([1, 2, 1, 3]);
      expect(worst(await seen.data(), [5, 5, 5, 9, 9, 9])).to.be.below(1e-5);
      tf.dispose([picture, seen]);
    }),
  );
});

describe('parts of the flows, in plain numbers', () => {
  it('draw orthogonal matrices', () => {
    const size = 12;
    const matrix = randomOrthogonal(size, new Random(4));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let dot = 0;
        for (let k = 0; k < size; k++) dot += matrix[i * size + k] * matrix[j * size + k];
        expect(dot).to.be.closeTo(i === j ? 1 : 0, 1e-6);
      }
    }
  });

  it('refuse a backbone with two layers, and sizes that have no quarter', () => {
    const extractor = (layers: number) => ({
      taps: Array.from({ length: layers }, (_, i) => ({ name: `layer${i}`, stride: 8, channels: 4 })),
      ...{ multiple: 8, context: 0, extract: () => [], dispose: () => undefined },
    });
    const params = defaultsOf(CsflowParams);
    expect(() => csflowModel(extractor(2), params, 0)).to.throw('expected a backbone with one layer, got 2');
    const odd = { ...params, resize: { mode: 'stretch' as const, size: { height: 224, width: 200 } } };
    expect(() => csflowModel(extractor(1), odd, 0)).to.throw('multiples of 32');
  });
});
