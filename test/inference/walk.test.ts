import { expect } from 'chai';
import type { Picture, PictureSource } from '../../src/data/picture.js';
import { decode } from '../../src/config/codec.js';
import { DataError } from '../../src/errors.js';
import { Engine, type Outcome } from '../../src/inference/engine.js';
import { PictureFitSource } from '../../src/inference/fit-source.js';
import type { PictureScorer } from '../../src/inference/picture-scorer.js';
import { walkPictures, type WalkOptions } from '../../src/inference/walk.js';
import { WholeScorer } from '../../src/inference/whole-scorer.js';
import type { Detector } from '../../src/models/detector.js';
import { findModel } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { sourceOf, toyPicture } from '../support/toy-pictures.js';

const small = { height: 48, width: 64 };
/** Of two sizes, so that batches are mixed. */
const pictures = Array.from({ length: 9 }, (_, i) => toyPicture(i, i % 4 === 3 ? { width: 96, height: 64 } : {}));

async function detectorOf(name: string, params: object): Promise<Detector> {
  const spec = findModel(name);
  const detector = await spec.create(decode(spec.params, params, name), { weights: openWeightsStore() });
  const good = Array.from({ length: 6 }, (_, i) => sourceOf(toyPicture(20 + i)));
  await detector.fit(new PictureFitSource(good, detector.input, 3), { seed: 1, progress: silent });
  return detector;
}

async function collect(
  engine: Engine,
  sources: readonly PictureSource[],
  options: Partial<WalkOptions> = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const walk = walkPictures(engine, sources, { map: true, defects: null, ...options });
  for await (const { outcome } of walk) outcomes.push(outcome);
  return outcomes;
}

const values = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) =>
    'error' in outcome ? String(outcome.error) : [outcome.inspected.score, bytesOf(outcome.inspected.map!.data)],
  );

/** The bytes of a map as text: lists of numbers take long to compare. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

onEveryBackend('a walk over pictures', () => {
  const models: [string, object][] = [
    ['vision_pixel_gaussian_map', { resize_hw: small }],
    ['vision_patchcore', { resize: { mode: 'scale', factor: 0.5, multiple: 16 }, max_bank: 60 }],
  ];
  for (const [name, params] of models) {
    it(
      `gives the same bits for any batch size (${name})`,
      leavesNoTensors(async () => {
        const engine = new Engine(await detectorOf(name, params));
        const sources = pictures.map(sourceOf);
        const alone = values(await collect(engine, sources));
        for (const batchSize of [2, 4]) {
          expect(values(await collect(engine, sources, { batchSize: () => batchSize })), `${batchSize}`).to.deep.equal(
            alone,
          );
        }
        await engine.dispose();
      }),
    );
  }

  it(
    'gives a failure to the picture that has it, in a batch as alone',
    leavesNoTensors(async () => {
      const detector = await detectorOf('vision_pixel_gaussian_map', { resize_hw: small });
      const whole = new WholeScorer(detector, null);
      const picky: PictureScorer = {
        score(given, request) {
          if (given.some(({ source }) => source === 'toy-2')) throw new DataError('toy-2: cannot be scored');
          return whole.score(given, request);
        },
      };
      const engine = new Engine(detector, picky);
      const broken: PictureSource = {
        name: 'broken',
        decode: () => Promise.reject(new DataError('broken: cut short')),
      };
      const [first, last] = [sourceOf(pictures[0]), sourceOf(pictures[1])];
      const outcomes = await collect(engine, [first, broken, sourceOf(pictures[2]), last], { batchSize: () => 4 });
      expect(values(outcomes).slice(1, 3)).to.deep.equal([
        'DataError: broken: cut short',
        'DataError: toy-2: cannot be scored',
      ]);
      const alone = await collect(engine, [first, last]);
      expect(values([outcomes[0], outcomes[3]])).to.deep.equal(values(alone));
      await engine.dispose();
    }),
  );

  it(
    'halves the batch when memory runs out, says so once, and goes on with the same results',
    leavesNoTensors(async () => {
      const detector = await detectorOf('vision_pixel_gaussian_map', { resize_hw: small });
      const whole = new WholeScorer(detector, null);
      const asked: number[] = [];
      const narrow: PictureScorer = {
        score(given, request) {
          asked.push(request.batchSize);
          if (request.batchSize > 2) throw new Error('OOM when allocating tensor with shape[8,48,64,3]');
          return whole.score(given, request);
        },
      };
      const lines: string[] = [];
      const engine = new Engine(detector, narrow, (line) => lines.push(line));
      const sources = pictures.map(sourceOf);
      const halved = values(await collect(engine, sources, { batchSize: () => 8 }));
      expect(asked).to.deep.equal([8, 4, 2, 2]);
      expect(lines).to.deep.equal([
        'memory ran out with 8 inputs at a time; going on with 4',
        'memory ran out with 4 inputs at a time; going on with 2',
      ]);
      expect(halved).to.deep.equal(values(await collect(new Engine(detector, whole), sources)));
      await engine.dispose();
    }),
  );

  it(
    'ends when the GPU is gone, with one sentence, whatever the pictures are',
    leavesNoTensors(async () => {
      const detector = await detectorOf('vision_pixel_gaussian_map', { resize_hw: small });
      for (const said of [
        'INTERNAL: failed to synchronize: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered',
        'A valid external Instance reference no longer exists: the device was lost',
      ]) {
        const gone: PictureScorer = { score: () => Promise.reject(new Error(said)) };
        const engine = new Engine(detector, gone);
        const error = await collect(engine, pictures.map(sourceOf), { batchSize: () => 4 }).catch((e: unknown) => e);
        expect(String(error)).to.match(/^UnsupportedBackendError: the GPU no longer answers \(.*go on with --resume/);
      }
      detector.dispose();
    }),
  );

  it(
    'says which picture is too large for the memory',
    leavesNoTensors(async () => {
      const detector = await detectorOf('vision_pixel_gaussian_map', { resize_hw: small });
      const none: PictureScorer = { score: () => Promise.reject(new Error('failed to allocate memory')) };
      const engine = new Engine(detector, none);
      const [outcome] = await collect(engine, [sourceOf(pictures[0])]);
      expect('error' in outcome && String(outcome.error)).to.match(
        /DataError: toy-0: 64 x 48 pixels need more memory than there is; inspect it in tiles/,
      );
      await engine.dispose();
    }),
  );
});

describe('the budget of a walk', () => {
  it('holds back decoding when pictures are large', async () => {
    let alive = 0;
    let most = 0;
    const sources = Array.from({ length: 12 }, (_, i) => ({
      name: `p${i}`,
      async decode() {
        most = Math.max(most, ++alive);
        return toyPicture(i);
      },
    }));
    const engine = { inspect: async (given: readonly Picture[]) => given.map(() => ({ error: null })) };
    const bytes = toyPicture(0).rgb.byteLength;
    const walk = walkPictures(engine as unknown as Engine, sources, {
      ...{ map: false, defects: null, ahead: 10, budget: 2 * bytes },
    });
    for await (const { picture } of walk) if (picture !== null) alive -= 1;
    expect(most).to.be.at.most(3); // two that wait and the one in hand
  });
});
