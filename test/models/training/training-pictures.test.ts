import { expect } from 'chai';
import { AugmentRule } from '../../../src/config/augment-rule.js';
import { decode } from '../../../src/config/codec.js';
import { DataError } from '../../../src/errors.js';
import type { FitSource } from '../../../src/models/detector.js';
import { TrainingPictures } from '../../../src/models/training/training-pictures.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../../support/backends.js';

/** Pictures of one value each; those of `tall` are another shape. In batches of 3, as pictures of one shape come. */
function sourceOf(values: readonly number[], tall: readonly number[] = []): FitSource {
  const heights = values.map((value) => (tall.includes(value) ? 4 : 2));
  return {
    count: values.length,
    async *batches() {
      for (let at = 0; at < values.length;) {
        let to = at + 1;
        while (to < values.length && to < at + 3 && heights[to] === heights[at]) to++;
        const some = values.slice(at, to);
        const pixels = tf.tidy(
          () =>
            tf.concat(
              some.map((value) => tf.fill([1, heights[at], 2, 3], value)),
              0,
            ) as Tensor4D,
        );
        yield { pixels, sources: some.map(String), sizes: some.map(() => ({ height: heights[at], width: 2 })) };
        at = to;
      }
    },
  };
}

const options = { name: 'toy', batchSize: 2, memoryMb: 1 };
const context = { seed: 1, progress: silent };
/** Less than a picture. */
const little = 1e-6;

async function read(batches: AsyncIterable<Tensor4D>): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const batch of batches) {
    const firsts = tf.tidy(() => batch.slice([0, 0, 0, 0], [-1, 1, 1, 1]).flatten());
    seen.push(Array.from(await firsts.data()));
    tf.dispose([batch, firsts]);
  }
  return seen;
}

onSynchronousBackends('training pictures', () => {
  const whole = [0, 1, 2, 3, 4, 5, 255];
  for (const [kind, values, memoryMb] of [
    ['kept as bytes', whole, 1],
    ['kept as numbers', whole.map((value) => value - 0.5), 1],
    ['read again', whole, little],
  ] as const) {
    it(
      `${kind}: every picture once an epoch, in an order of its own`,
      leavesNoTensors(async () => {
        const pictures = await TrainingPictures.collect(sourceOf(values), context, { ...options, memoryMb });
        expect(pictures.cached).to.equal(memoryMb === 1);
        expect([pictures.count, pictures.heldOutCount, pictures.stepsPerEpoch]).to.deep.equal([7, 0, 4]);
        expect(pictures.heldOut).to.equal(null);
        const [first, same, other] = [
          await read(pictures.batches(new Random(1))),
          await read(pictures.batches(new Random(1))),
          await read(pictures.batches(new Random(2))),
        ];
        expect(first.map((batch) => batch.length)).to.deep.equal([2, 2, 2, 1]);
        expect(first.flat().sort((a, b) => a - b)).to.deep.equal(values);
        expect(first.flat()).to.not.deep.equal(values);
        expect(same).to.deep.equal(first);
        expect(other).to.not.deep.equal(first);
        pictures.dispose();
      }),
    );

    it(
      `${kind}: a share is held out, and a batch has one shape`,
      leavesNoTensors(async () => {
        const pictures = await TrainingPictures.collect(sourceOf(values, [values[1], values[2], values[4]]), context, {
          ...options,
          memoryMb,
          validationFraction: 0.3,
        });
        expect([pictures.count, pictures.heldOutCount]).to.deep.equal([5, 2]);
        const shown = await read(pictures.batches(new Random(1)));
        const held = await read(pictures.heldOut!());
        expect(shown).to.have.length(pictures.stepsPerEpoch);
        expect([...shown, ...held].flat().sort((a, b) => a - b)).to.deep.equal(values);
        expect(await read(pictures.heldOut!())).to.deep.equal(held);
        pictures.dispose();
      }),
    );

    it(
      `${kind}: an epoch that is left early leaves nothing behind`,
      leavesNoTensors(async () => {
        const pictures = await TrainingPictures.collect(sourceOf(values), context, { ...options, memoryMb });
        for await (const batch of pictures.batches(new Random(1))) {
          batch.dispose();
          break;
        }
        pictures.dispose();
      }),
    );
  }

  it(
    'keeps what embed gives, and shows it once',
    leavesNoTensors(async () => {
      let sum = 0;
      const pictures = await TrainingPictures.collect(sourceOf([1, 2, 3]), context, {
        ...options,
        embed: (pixels) => tf.tidy(() => pixels.mean([1, 2], true).mul(0.25)),
        onCollected: (kept) => (sum += tf.tidy(() => kept.sum().dataSync()[0])),
      });
      expect(sum).to.be.closeTo(4.5, 1e-6);
      expect((await read(pictures.batches(new Random(1)))).flat().sort()).to.deep.equal([0.25, 0.5, 0.75]);
      pictures.dispose();
    }),
  );

  for (const memoryMb of [1, little]) {
    it(
      `varies pictures before they are embedded, ${memoryMb === 1 ? 'kept' : 'read again'}, and never those held out or counted`,
      leavesNoTensors(async () => {
        let sum = 0;
        const pictures = await TrainingPictures.collect(sourceOf([100, 110, 120, 130, 140]), context, {
          ...options,
          ...{ memoryMb, validationFraction: 0.2 },
          augment: decode(AugmentRule, { brightness: 0.1 }, 'augment'),
          embed: (pixels) => tf.tidy(() => pixels.mean([1, 2], true).mul(10)),
          onCollected: (seen) => (sum += tf.tidy(() => seen.sum().dataSync()[0]) / 3),
        });
        const held = (await read(pictures.heldOut!())).flat();
        const plain = (await read(pictures.plainBatches(new Random(1)))).flat();
        const [varied, same, other] = [
          (await read(pictures.batches(new Random(1)))).flat(),
          (await read(pictures.batches(new Random(1)))).flat(),
          (await read(pictures.batches(new Random(2)))).flat(),
        ];
        expect([...held, ...plain].sort()).to.deep.equal([1000, 1100, 1200, 1300, 1400]);
        expect(sum).to.be.closeTo(6000 - held[0], 1e-2);
        expect(same).to.deep.equal(varied);
        expect(other).to.not.deep.equal(varied);
        varied.forEach((value, i) => expect(Math.abs(value - plain[i])).to.be.within(1e-3, 255.1));
        pictures.dispose();
      }),
    );
  }

  it(
    'works with one picture, and says that there is none',
    leavesNoTensors(async () => {
      const all = { ...options, validationFraction: 0.9 };
      const one = await TrainingPictures.collect(sourceOf([7]), context, all);
      expect(await read(one.batches(new Random(1)))).to.deep.equal([[7]]);
      expect(one.heldOut).to.equal(null);
      one.dispose();
      const error = await TrainingPictures.collect(sourceOf([]), context, all).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(DataError);
    }),
  );
});
