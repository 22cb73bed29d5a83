import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { DataError, InterruptedError, NotFittedError, ShapeError, WeightsError } from '../../../src/errors.js';
import type { Batch, Detector, FitSource } from '../../../src/models/detector.js';
import { findModel } from '../../../src/models/registry.js';
import type { ModelEnvironment } from '../../../src/models/spec.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const size = { height: 24, width: 20 };
const models: [string, Record<string, unknown>][] = [
  ['vision_pixel_gaussian_map', {}],
  ['vision_pixel_gaussian_map', { color: 'rgb', channel_reduce: 'mean', std_floor: 0 }],
  ['vision_pixel_mad_map', { max_train_images: 4 }],
  ['vision_pixel_mean_absdiff_map', { color: 'rgb', reduction: 'max' }],
  ['vision_template_ncc_map', { n_templates: 2 }],
  ['ssim_template_map', { n_templates: 3, score_size: 'picture' }],
];

const make = (name: string, kwargs: Record<string, unknown>, height = size.height): Promise<Detector> => {
  const spec = findModel(name);
  const params = decode(spec.params, { resize_hw: [height, size.width], ...kwargs }, 'params');
  return spec.create(params, {} as ModelEnvironment);
};

const channelsOf = (kwargs: Record<string, unknown>) => (kwargs.color === 'rgb' ? 3 : 1);

/** Pictures `from` to `end` of an endless series of parts. */
function parts(from: number, end: number, channels: number): Batch {
  const values: number[] = [];
  for (let i = from; i < end; i++) {
    const random = new Random(i);
    for (let at = 0; at < size.height * size.width * channels; at++) {
      const pattern = 90 + 50 * Math.sin(at / (3 * channels)) + (i % 3) * 20;
      values.push(Math.max(0, Math.min(255, Math.round(pattern + 3 * random.normal()))));
    }
  }
  const names = Array.from({ length: end - from }, (_, i) => `part ${from + i}`);
  const pixels = tf.tensor4d(values, [end - from, size.height, size.width, channels]);
  return { pixels, sources: names, sizes: names.map((_, i) => ({ height: 30 + i, width: 40 })) };
}

const training = (batchSize: number, channels: number, count = 8): FitSource => ({
  count,
  async *batches() {
    for (let at = 0; at < count; at += batchSize) yield parts(at, Math.min(count, at + batchSize), channels);
  },
});

/** Scores and maps on the host. */
async function outcome(detector: Detector, batch: Batch): Promise<{ scores: number[]; maps: number[] }> {
  const { scores, maps } = await detector.score(batch);
  const read = { scores: Array.from(await scores.data()), maps: Array.from(await maps!.data()) };
  tf.dispose([scores, maps!, batch.pixels]);
  return read;
}

const context = { seed: 5, progress: silent };

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('expected an error'),
    (error: Error) => error,
  );
}

onEveryBackend('map detectors', () => {
  for (const [name, kwargs] of models) {
    const channels = channelsOf(kwargs);
    describe(`${name} ${JSON.stringify(kwargs)}`, () => {
      let dir = '';
      before(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-maps-'))));
      after(() => rmSync(dir, { recursive: true }));

      it(
        'gives the same whatever the batches, and finite values',
        leavesNoTensors(async () => {
          const one = await make(name, kwargs);
          const other = await make(name, kwargs);
          await one.fit(training(1, channels), context);
          await other.fit(training(5, channels), context);
          const whole = await outcome(one, parts(20, 24, channels));
          for (let i = 0; i < 4; i++) {
            const batch = parts(20 + i, 21 + i, channels);
            const single = await outcome(other, { ...batch, sizes: [{ height: 30 + i, width: 40 }] });
            expect(single.scores[0]).to.be.closeTo(whole.scores[i], 1e-5 * Math.abs(whole.scores[i]));
            const area = size.height * size.width;
            single.maps.forEach((value, at) => expect(value).to.be.closeTo(whole.maps[i * area + at], 1e-5));
          }
          expect([...whole.scores, ...whole.maps].every(Number.isFinite)).to.equal(true);
          one.dispose();
          other.dispose();
        }),
      );

      it(
        'gives the same after saving and loading, and after loading twice',
        leavesNoTensors(async () => {
          const folder = join(dir, 'saved');
          mkdirSync(folder);
          const fitted = await make(name, kwargs);
          await fitted.fit(training(3, channels), context);
          await fitted.save(folder);
          const loaded = await make(name, kwargs);
          await loaded.load(folder);
          await loaded.load(folder);
          const want = await outcome(fitted, parts(30, 32, channels));
          expect(await outcome(loaded, parts(30, 32, channels))).to.deep.equal(want);
          const larger = await make(name, kwargs, 25);
          expect(await rejection(larger.load(folder))).to.be.instanceOf(WeightsError).with.property('message').match(/parameters differ/); // prettier-ignore
          writeFileSync(
            join(folder, 'model.json'),
            readFileSync(join(folder, 'model.json'), 'utf8').replace(name, 'x'),
          );
          expect((await rejection(loaded.load(folder))).message).to.match(/expected a .* got x of 1/);
          [fitted, loaded, larger].forEach((detector) => detector.dispose());
        }),
      );

      it(
        'says what is wrong',
        leavesNoTensors(async () => {
          const detector = await make(name, kwargs);
          const batch = parts(0, 1, channels);
          expect(await rejection(detector.score(batch))).to.be.instanceOf(NotFittedError);
          expect(await rejection(detector.save(dir))).to.be.instanceOf(NotFittedError);
          expect(await rejection(detector.load(dir))).to.be.instanceOf(WeightsError);
          expect(await rejection(detector.fit(training(1, channels, 0), context))).to.be.instanceOf(DataError);
          expect(await rejection(detector.fit(training(1, 4 - channels), context))).to.be.instanceOf(ShapeError);
          const stopped = { ...context, signal: AbortSignal.abort() };
          expect(await rejection(detector.fit(training(2, channels), stopped))).to.be.instanceOf(InterruptedError);
          await detector.fit(training(2, channels), context);
          const wrong = { ...batch, pixels: tf.zeros([1, 5, 5, channels]) as Batch['pixels'] };
          expect((await rejection(detector.score(wrong))).message).to.match(/expected pictures of shape \[24,20,\d\]/);
          tf.dispose([batch.pixels, wrong.pixels]);
          detector.dispose();
          const late = parts(0, 1, channels);
          expect(await rejection(detector.score(late))).to.be.instanceOf(NotFittedError);
          late.pixels.dispose();
        }),
      );
    });
  }

  it('reads sizes as Python writes them, and names the keys that it does not know', () => {
    const { params } = findModel('vision_pixel_gaussian_map');
    expect(decode(params, { resize_hw: [3, 4] }, 'p')).to.deep.include({ resize_hw: { height: 3, width: 4 } });
    expect(() => decode(params, { resize_hw: [3] }, 'p')).to.throw(/p: resize_hw: expected/);
    expect(() => decode(params, { std_flor: 3 }, 'p')).to.throw(/did you mean "std_floor"/);
    const ncc = findModel('vision_template_ncc_map').params;
    expect(() => decode(ncc, { window_hw: [4, 5] }, 'p')).to.throw(/p: window_hw: expected odd sides, got 4 and 5/);
  });
});
