import { expect } from 'chai';
import { cosineDistances } from '../../../src/models/distillation/cosine-distances.js';
import { fuseMaps } from '../../../src/models/distillation/fuse-maps.js';
import { pack, unpack } from '../../../src/models/distillation/packing.js';
import { studentPyramid } from '../../../src/models/distillation/student-pyramid.js';
import { basicBlock } from '../../../src/models/nets/basic-block.js';
import { begin, type Pass, type Values } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

function normal(shape: [number, number, number, number], seed: number): Tensor4D {
  const random = new Random(seed);
  return tf.tensor4d(
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  );
}

const training = (values: Values): Pass => ({ values, training: true, carry: () => {} });

onEveryBackend('students and teachers', () => {
  it(
    'the distance of two features is 1 - cosine, and has a gradient where a feature is zero',
    leavesNoTensors(async () => {
      const [a, b] = [normal([2, 3, 2, 5], 1), normal([2, 3, 2, 5], 2)];
      const got = cosineDistances(a, b);
      const [x, y] = [await a.data(), await b.data()];
      const wanted = Array.from({ length: 12 }, (_, place) => {
        const rows = [x, y].map((all) => Array.from(all.slice(5 * place, 5 * place + 5)));
        const dot = (p: number[], q: number[]) => p.reduce((sum, v, i) => sum + v * q[i], 0);
        return 1 - dot(rows[0], rows[1]) / Math.sqrt(dot(rows[0], rows[0]) * dot(rows[1], rows[1]));
      });
      expect(worst(await got.data(), wanted)).to.be.below(1e-5);
      await expectGradients(({ a: moved }) => cosineDistances(moved as Tensor4D, b).mean() as Scalar, { a });
      const zero = tf.zerosLike(a);
      const slope = tf.tidy(() => tf.grad((z) => cosineDistances(z.relu() as Tensor4D, b).mean())(zero));
      expect((await slope.data()).every(Number.isFinite)).to.equal(true);
      tf.dispose([a, b, got, zero, slope]);
    }),
  );

  it(
    'maps of several layers become one on the finest grid',
    leavesNoTensors(async () => {
      const fine = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4]);
      const coarse = tf.tensor3d([2, 6], [1, 1, 2]);
      const enlarged = [2, 3, 5, 6, 2, 3, 5, 6];
      const rows: [Parameters<typeof fuseMaps>[1], (a: number, b: number) => number][] = [
        ['product', (a, b) => a * b],
        ['sum', (a, b) => a + b],
        ['mean', (a, b) => (a + b) / 2],
      ];
      for (const [fusion, both] of rows) {
        const got = fuseMaps([coarse, fine], fusion);
        expect(got.shape).to.deep.equal([1, 2, 4]);
        expect(
          worst(
            await got.data(),
            enlarged.map((v, i) => both(v, i + 1)),
          ),
        ).to.be.below(1e-6);
        got.dispose();
      }
      tf.dispose([fine, coarse] as Tensor3D[]);
    }),
  );

  it(
    'what is packed comes back',
    leavesNoTensors(async () => {
      const tensors = [normal([2, 4, 3, 2], 1), normal([2, 2, 1, 5], 2)];
      const packed = pack(tensors);
      expect(packed.shape).to.deep.equal([2, 1, 1, 24 + 10]);
      const back = unpack(packed, [
        [4, 3, 2],
        [2, 1, 5],
      ]);
      for (const i of [0, 1]) expect(await back[i].array()).to.deep.equal(await tensors[i].array());
      tf.dispose([tensors, packed, back]);
    }),
  );

  it(
    'the loss has the gradients that differences show, batch normalisation included',
    leavesNoTensors(async () => {
      const student = studentPyramid([{ name: 'stem', stride: 2, channels: 3 }], 4);
      const [start, statistics] = [student.trained, student.statistics].map((all) => begin(all, new Random(3)));
      const [x, teacher] = [normal([2, 8, 8, 3], 4), normal([2, 4, 4, 3], 5)];
      const loss = (values: Values) => {
        const [answer] = student.apply(x, training({ ...statistics, ...values }));
        return cosineDistances(teacher, answer).mean() as Scalar;
      };
      await expectGradients(loss, start, { most: 4, tolerance: 0.03 });
      tf.dispose([start, statistics, x, teacher]);
    }),
  );

  it(
    'a residual block with a stride has the gradients that differences show',
    leavesNoTensors(async () => {
      const block = basicBlock({ name: 'b', from: 2, to: 3, stride: 2 });
      const [start, statistics] = [block.trained, block.statistics].map((all) => begin(all, new Random(6)));
      const [x, weights] = [normal([2, 4, 6, 2], 7), normal([2, 2, 3, 3], 8)];
      const loss = (values: Values) =>
        block
          .apply(x, training({ ...statistics, ...values }))
          .mul(weights)
          .mean() as Scalar;
      await expectGradients(loss, start, { most: 3, tolerance: 0.05 });
      tf.dispose([start, statistics, x, weights]);
    }),
  );
});
