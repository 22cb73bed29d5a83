import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { ConfigError, DataError, WeightsError } from '../../src/errors.js';
import type { Detector, FitSource } from '../../src/models/detector.js';
import { findModel } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

// What the detectors on `FeatureDetector` share: files, refusals, memory.

const size = { height: 32, width: 48 };

function pixels(seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from(
    { length: size.height * size.width * 3 },
    (_, i) => 120 + 60 * Math.sin(i / 7) + 5 * random.normal(),
  );
}

const sourceOf = (pictures: readonly Float32Array[]): FitSource => ({
  count: pictures.length,
  async *batches() {
    for (const p of pictures) {
      yield { pixels: tf.tensor4d(p, [1, size.height, size.width, 3]), sources: ['p.png'], sizes: [size] };
    }
  },
});

function make(name: string, params: object = {}): Promise<Detector> {
  const spec = findModel(name);
  const decoded = decode(spec.params, { resize: { mode: 'stretch', size }, ...params }, 'params');
  return spec.create(decoded, { weights: openWeightsStore() });
}

const context = { seed: 5, progress: silent };
const good = Array.from({ length: 5 }, (_, i) => pixels(i));

const models: [string, object][] = [
  ['vision_dfm', { pooling: 2, method: 'fre' }],
  ['vision_dfm', { pooling: 3, method: 'nll' }],
  ['vision_dfm', { pooling: null, method: 'mahalanobis' }],
  ['vision_cfa', { epochs: 2, gamma_c: 2, gamma_d: 3 }],
  ['vision_cfa', { epochs: 2, memory_mb: 0.001 }],
  ['vision_patch_embedding_core_map', { core: 'core_knn', max_bank: 20 }],
  ['vision_patch_embedding_core_map', { core: 'core_mahalanobis_shrinkage' }],
  ['vision_patch_embedding_core_map', { core: 'core_pca', normalize: false }],
  ['vision_spade', { k: 2, projection_dim: 8 }],
];

onEveryBackend('detectors that learn a few tensors', () => {
  let dir = '';
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-features-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  for (const [name, params] of models) {
    it(
      `${name} ${JSON.stringify(params)}: the same files from every fit, and the same scores from the files`,
      leavesNoTensors(async () => {
        const bytes: Buffer[] = [];
        for (let run = 0; run < 2; run++) {
          const detector = await make(name, params);
          await detector.fit(sourceOf(good.slice(0, 3)), context);
          await detector.save(dir);
          bytes.push(readFileSync(join(dir, 'model.safetensors')));
          if (run === 1) {
            const loaded = await make(name, params);
            await loaded.load(dir);
            const read = async (one: Detector) => {
              const x = tf.tensor4d(pixels(70), [1, size.height, size.width, 3]);
              const { scores, maps } = await one.score({ pixels: x, sources: ['x.png'], sizes: [size] });
              const values = [Array.from(await scores.data()), Array.from(await maps!.data())];
              tf.dispose([x, scores, maps!]);
              expect(values.flat().every((value) => Number.isFinite(value))).to.equal(true);
              return values;
            };
            expect(await read(loaded)).to.deep.equal(await read(detector));
            loaded.dispose();
          }
          detector.dispose();
        }
        expect(bytes[0].equals(bytes[1])).to.equal(true);
      }),
    );
  }

  it(
    'refuse other parameters and another backbone than those of the fit',
    leavesNoTensors(async () => {
      const detector = await make('vision_dfm', { pooling: 2 });
      await detector.fit(sourceOf(good), context);
      await detector.save(dir);
      detector.dispose();
      const failure = async (name: string, params: object) => {
        const other = await make(name, params);
        const error = await other.load(dir).catch((e: unknown) => e);
        other.dispose();
        return error as Error;
      };
      expect((await failure('vision_dfm', { pooling: 4 })).message)
        .to.contain('pooling 2')
        .and.contain('4');
      expect(await failure('vision_cfa', {})).to.be.instanceOf(ConfigError);
      rmSync(join(dir, 'model.safetensors'));
      expect(await failure('vision_dfm', { pooling: 2 })).to.be.instanceOf(WeightsError);
    }),
  );

  it(
    'say in one sentence what the pictures lack, and what does not fit',
    leavesNoTensors(async () => {
      const failure = async (
        name: string,
        params: object,
        pictures: readonly Float32Array[],
        count = pictures.length,
      ) => {
        const detector = await make(name, params);
        const error = await detector.fit({ ...sourceOf(pictures), count }, context).catch((e: unknown) => e);
        detector.dispose();
        return error as Error;
      };
      expect((await failure('vision_dfm', {}, [good[0]])).message).to.contain('2 good pictures or more');
      expect((await failure('vision_dfm', {}, [good[0], good[0]])).message).to.contain('without any difference');
      const large = await failure('vision_dfm', { pooling: 1, memory_mb: 1 }, good, 900);
      expect(large).to.be.instanceOf(ConfigError);
      expect(large.message).to.contain('memory_mb 1');
      expect((await failure('vision_cfa', { gamma_c: 9 }, good)).message).to.contain('expected 6 centroids');
      const flat = { core: 'core_pca', normalize: false };
      const gray = new Float32Array(good[0].length).fill(100);
      expect((await failure('vision_patch_embedding_core_map', flat, [gray])).message).to.contain(
        'patches that differ',
      );
      for (const name of ['vision_dfm', 'vision_cfa', 'vision_patch_embedding_core_map', 'vision_spade']) {
        const damaged = await failure(name, {}, [good[0], good[1].map(() => NaN)]);
        expect(damaged, name).to.be.instanceOf(DataError);
        expect(damaged.message).to.contain(name).and.contain('not finite');
        expect(await failure(name, {}, []), name).to.be.instanceOf(DataError);
      }
    }),
  );

  it(
    'vision_dfm draws pictures where there are too many, and says so',
    leavesNoTensors(async () => {
      const lines: string[] = [];
      const detector = await make('vision_dfm', { pooling: 1, max_pictures: 3 });
      await detector.fit(sourceOf(good), { ...context, progress: { ...silent, info: (line) => lines.push(line) } });
      expect(lines.join()).to.contain('3 pictures of').and.contain('drawn from 5');
      detector.dispose();
    }),
  );
});
