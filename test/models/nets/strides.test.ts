import { expect } from 'chai';
import { convolution } from '../../../src/models/nets/convolution.js';
import { begin, scoring } from '../../../src/models/nets/module.js';
import { risingConvolution } from '../../../src/models/nets/rising-convolution.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

// Convolutions whose result has another grid than their input.

const [n, h, w, from, to] = [2, 4, 6, 3, 2];
const random = new Random(8);
const values = Array.from({ length: n * h * w * from }, () => random.normal());
const picture = () => tf.tensor4d(values, [n, h, w, from]);
const at = (i: number, y: number, x: number, c: number) => values[((i * h + y) * w + x) * from + c];

onEveryBackend('convolutions that change the grid', () => {
  it(
    'a filter of one pixel with a stride: every second pixel, and gradients as differences show them',
    leavesNoTensors(async () => {
      const module = convolution({ name: 'c', from, to, size: 1, stride: 2 });
      const start = begin(module.trained, new Random(1));
      const x = picture();
      const y = module.apply(x, scoring(start));
      const filter = await start['c.weight'].data();
      const wanted: number[] = [];
      for (let i = 0; i < n; i++)
        for (let row = 0; row < h; row += 2)
          for (let column = 0; column < w; column += 2)
            for (let k = 0; k < to; k++)
              wanted.push([0, 1, 2].reduce((sum, c) => sum + at(i, row, column, c) * filter[c * to + k], 0));
      expect(y.shape).to.deep.equal([n, h / 2, w / 2, to]);
      expect(worst(await y.data(), wanted)).to.be.below(1e-5);
      const loss = (tensors: object) =>
        module
          .apply(x, scoring({ ...start, ...tensors }))
          .square()
          .mean() as Scalar;
      await expectGradients(loss, start);
      await expectGradients(
        ({ x: moved }) =>
          module
            .apply(moved as Tensor4D, scoring(start))
            .square()
            .mean() as Scalar,
        { x },
      );
      tf.dispose([start, x, y]);
    }),
  );

  it(
    'a rising convolution: every pixel becomes the 2 x 2 of its filter',
    leavesNoTensors(async () => {
      const module = risingConvolution('r', from, to);
      const start = begin(module.trained, new Random(2));
      const x = picture();
      const y = module.apply(x, scoring(start));
      const filter = await start['r.weight'].data();
      const wanted: number[] = [];
      for (let i = 0; i < n; i++)
        for (let row = 0; row < 2 * h; row++)
          for (let column = 0; column < 2 * w; column++)
            for (let k = 0; k < to; k++) {
              const place = (row % 2) * 2 + (column % 2);
              const terms = [0, 1, 2].map((c) => at(i, row >> 1, column >> 1, c) * filter[c * 4 * to + place * to + k]);
              wanted.push(terms.reduce((a, b) => a + b));
            }
      expect(y.shape).to.deep.equal([n, 2 * h, 2 * w, to]);
      expect(worst(await y.data(), wanted)).to.be.below(1e-5);
      await expectGradients((tensors) => module.apply(x, scoring(tensors)).square().mean() as Scalar, start);
      await expectGradients(
        ({ x: moved }) =>
          module
            .apply(moved as Tensor4D, scoring(start))
            .square()
            .mean() as Scalar,
        { x },
      );
      tf.dispose([start, x, y]);
    }),
  );
});
