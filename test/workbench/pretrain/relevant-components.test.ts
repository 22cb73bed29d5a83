import { expect } from 'chai';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { filterbankRca, FILTERS } from '../../../src/models/backbones/filterbank-rca.js';
import type { FitSource } from '../../../src/models/detector.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor2D, type Tensor4D } from '../../../src/runtime/tf.js';
import { relevantComponents } from '../../../src/workbench/pretrain/relevant-components.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const SIDE = 64;
const context = { seed: 3, progress: silent };

/** Stripes of one kind, each picture moved and in noise of its own. */
function stripes(count: number): FitSource {
  return {
    count,
    async *batches() {
      for (let i = 0; i < count; i++) {
        const random = new Random(i).fork('stripes');
        const [phase, light] = [random.uniform(0, 6), random.uniform(0.8, 1.2)];
        const values = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
          const x = Math.floor(at / 3) % SIDE;
          return light * (120 + 60 * Math.sin(0.7 * x + phase)) + 8 * random.normal();
        });
        const pixels = tf.tensor4d(values, [1, SIDE, SIDE, 3]);
        yield { pixels, sources: [`${i}`], sizes: [{ height: SIDE, width: SIDE }] };
      }
    },
  };
}

/** Mean features of 3 x 3 places of every second picture and of the others. */
async function placesOf(source: FitSource, features: (x: Tensor4D) => Tensor4D): Promise<[Tensor2D, Tensor2D]> {
  const parts: Tensor2D[] = [];
  for await (const { pixels } of source.batches()) {
    parts.push(
      tf.tidy(() => {
        const means = tf.avgPool(features(pixels), 3, 1, 'valid');
        return means.reshape([-1, means.shape[3]]) as Tensor2D;
      }),
    );
    pixels.dispose();
  }
  const halves = [0, 1].map((half) => tf.concat(parts.filter((_, i) => i % 2 === half)) as Tensor2D);
  tf.dispose(parts);
  return halves as [Tensor2D, Tensor2D];
}

/** What lies between every row and the nearest of the others; plain arrays. */
function differences(rows: number[][], others: number[][]): number[][] {
  return rows.map((row) => {
    const apart = others.map((other) => row.map((value, i) => value - other[i]));
    const lengths = apart.map((d) => d.reduce((sum, value) => sum + value ** 2, 0));
    return apart[lengths.indexOf(Math.min(...lengths))];
  });
}

onEveryBackend('relevantComponents', () => {
  it(
    'makes what differs between look-alike places of good pictures white, and the mean 0',
    leavesNoTensors(async () => {
      const source = stripes(4);
      const { weight, bias } = await relevantComponents(source, context);
      const bank = new FilterbankExtractor(FILTERS);
      const [one, other] = await placesOf(source, (x) => bank.extract(x)[0]);
      const [a, b] = [await one.array(), await other.array()];
      const [kernel, offset] = [await weight.data(), await bias.data()];
      const size = a[0].length;
      const mapped = (row: number[]) =>
        row.map((_, to) => row.reduce((sum, value, from) => sum + value * kernel[size * from + to], 0));
      const apart = [...differences(a, b), ...differences(b, a)].map(mapped);
      const covariance = (i: number, j: number) => apart.reduce((sum, d) => sum + d[i] * d[j], 0) / apart.length;
      for (let i = 0; i < size; i += 5) {
        expect(covariance(i, i), `direction ${i}`).to.be.within(0, 1);
        if (i > 0) expect(covariance(i, i)).to.be.at.most(covariance(i - 5, i - 5) + 1e-4);
        for (let j = i + 1; j < size; j += 4) expect(covariance(i, j), `${i}, ${j}`).to.be.closeTo(0, 2e-3);
      }
      expect(covariance(0, 0)).to.be.above(0.75); // far above the mean, which is the floor
      const means = [...a, ...b].map(mapped).reduce((sum, row) => sum.map((value, i) => value + row[i]));
      for (const [i, sum] of means.entries()) expect(sum / (2 * a.length) + offset[i]).to.be.closeTo(0, 1e-2);
      bank.dispose();
      tf.dispose([weight, bias, one, other]);
    }),
  );

  it(
    'gives the same for the same seed, and is what the network of its checkpoint does',
    leavesNoTensors(async () => {
      const [first, again] = [
        await relevantComponents(stripes(3), context),
        await relevantComponents(stripes(3), context),
      ];
      const [kernel, bias] = [await first.weight.data(), (await first.bias.data()) as Float32Array];
      expect(await again.weight.data()).to.deep.equal(kernel);
      expect(await again.bias.data()).to.deep.equal(bias);
      const torch = tf.transpose(first.weight, [3, 2, 0, 1]);
      const weight = (await torch.data()) as Float32Array;
      const network = filterbankRca().load((name) => (name.endsWith('weight') ? weight : bias), ['relevant']);
      const x = tf.randomUniform([1, 64, 96, 3], 0, 255, 'float32', 5) as Tensor4D;
      const [got] = network.apply(x);
      expect(got.shape).to.deep.equal([1, 8, 12, 36]);
      const bank = new FilterbankExtractor(FILTERS);
      const [features] = bank.extract(x);
      const flat = features.reshape([96, 36]);
      const rows = (await flat.array()) as number[][];
      const values = await got.data();
      for (const [place, row] of rows.entries()) {
        for (let to = 0; to < 36; to += 7) {
          const want = row.reduce((sum, value, from) => sum + value * kernel[36 * from + to], bias[to]);
          expect(values[36 * place + to]).to.be.closeTo(want, 1e-3 * (1 + Math.abs(want)));
        }
      }
      network.dispose();
      bank.dispose();
      tf.dispose([...Object.values(first), ...Object.values(again), torch, x, got, features, flat]);
    }),
  );

  it(
    'says that one picture is not enough',
    leavesNoTensors(async () => {
      const error = await relevantComponents(stripes(1), context).catch((e: unknown) => e);
      expect(String(error)).to.match(/DataError: pretrain: expected two good pictures or more to compare, got 1/);
    }),
  );
});
