import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, WeightsError } from '../../../src/errors.js';
import { createExtractor } from '../../../src/models/backbones/create-extractor.js';
import type { Detector, FitSource } from '../../../src/models/detector.js';
import { saveBank } from '../../../src/models/memory-bank/bank-files.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { patchcore } from '../../../src/models/memory-bank/patchcore.spec.js';
import { saveTensors } from '../../../src/models/tensor-file.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { resample } from '../../../src/ops/resample.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { channelsLast, hashedTensors, relativeError } from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';
import { goldenBatch, torchManifest } from '../../support/golden-pictures.js';
import { readNpy } from '../../support/npy.js';
import { worst } from '../../support/worst.js';
import { describeWithShared } from '../../support/shared.js';

const golden = join(import.meta.dirname, '../../golden');
const layers = ['layer2', 'layer3'];

describeWithShared('PatchCore on a PyTorch checkpoint', ['golden', 'patch_models'], (models) => {
  const file = join(models, '../backbones/resnet18.safetensors');
  let dir = '';
  before(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-torch-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const store = (change: object = {}) =>
    openWeightsStore({ manifestDirs: [torchManifest(dir, file, change)], searchDirs: [join(models, '../backbones')] });

  const expected = JSON.parse(readFileSync(join(golden, 'patch_models/expected.json'), 'utf8')) as Record<
    'patchcore' | 'patchcore_k1',
    { params: { n_neighbors: number }; n_coreset: number; scores_train: number[]; scores_test: number[] }
  >;
  const paramsOf = (change: object) =>
    decode(
      PatchcoreParams,
      {
        backbone: { name: 'torch', weights: 'golden', layers },
        resize: { mode: 'stretch', size: { height: 224, width: 224 } },
        patch_size: 1,
        context: 0,
        score_top: 0,
        neighbor_reduce: 'kth',
        coreset_dim: null,
        ...change,
      },
      'params',
    );
  async function scored(detector: Detector, indices: number[]) {
    const batch = goldenBatch(indices);
    const { scores, maps } = await detector.score(batch);
    const result = { scores: await scores.data(), maps: (await maps!.data()) as Float32Array };
    tf.dispose([batch.pixels, scores, maps!]);
    return result;
  }

  onEveryBackend('as the Python system has it', (backend) => {
    if (backend === 'cpu') return;

    it(
      'has the same features',
      leavesNoTensors(async () => {
        const extractor = await createExtractor({ name: 'torch', weights: 'golden', layers }, store());
        expect(extractor.taps).to.deep.equal([
          { name: 'layer2', stride: 8, channels: 128 },
          { name: 'layer3', stride: 16, channels: 256 },
        ]);
        expect([extractor.multiple, extractor.context]).to.deep.equal([16, 32]);
        const { pixels } = goldenBatch([0]);
        const taps = extractor.extract(pixels);
        const joined = tf.tidy(() => {
          const up = resample(taps[1], { height: 28, width: 28 }, { interpolation: 'bilinear' });
          return tf.concat([taps[0], up], 3).reshape([784, 384]);
        });
        const want = readNpy(join(models, 'patchcore/features_train_784x384_img0.npy')).data as Float32Array;
        expect(worst(await joined.data(), want)).to.be.below(1e-5);
        tf.dispose([pixels, joined, ...taps] as Tensor[]);
        extractor.dispose();
      }),
    );

    for (const name of ['patchcore', 'patchcore_k1'] as const) {
      it(
        `has the same scores and maps (${name})`,
        leavesNoTensors(async () => {
          const { params, scores_train, scores_test } = expected[name];
          const options = paramsOf({ num_neighbors: params.n_neighbors });
          const rows = readNpy(join(models, name, 'memory_bank.npy')).data as Float32Array;
          const folder = mkdtempSync(join(dir, 'model-'));
          const owner = {
            name: 'vision_patchcore',
            params: options,
            featureKeys: Object.keys(options) as (keyof typeof options)[],
          };
          await saveBank(folder, owner, { seed: 0, rows, width: 384, dtype: 'float32', columns: {} });
          const detector = await patchcore.create(options, { weights: store() });
          await detector.load(folder);
          const train = await scored(detector, [0, 1]);
          expect(worst(train.scores, scores_train)).to.be.below(1e-4);
          const test = await scored(detector, [9, 10, 11, 12, 13, 14]);
          expect(worst(test.scores, scores_test)).to.be.below(1e-4);
          const maps = readNpy(join(models, name, 'kth_distances_28x28_test.npy')).data;
          expect(worst(test.maps.subarray(0, 3 * 784), maps as Float64Array)).to.be.below(1e-4);
          detector.dispose();
          await new Promise(setImmediate);
        }),
      );
    }

    it(
      'fits on its own, with a bank of the same size and the same pictures on top',
      leavesNoTensors(async () => {
        const source: FitSource = {
          count: 2,
          async *batches() {
            yield goldenBatch([0, 1]);
          },
        };
        const options = paramsOf({ num_neighbors: 5, coreset_ratio: 0.05 });
        const detector = await patchcore.create(options, { weights: store() });
        await detector.fit(source, { seed: 0, progress: silent });
        const folder = mkdtempSync(join(dir, 'fitted-'));
        await detector.save(folder);
        const document = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as { bank: object };
        expect(document.bank).to.include({ rows: expected.patchcore.n_coreset, width: 384 });
        const { scores } = await scored(detector, [9, 10, 11, 12, 13, 14]);
        const order = (list: ArrayLike<number>) => Array.from(list, (_, i) => i).sort((a, b) => list[b] - list[a]);
        expect(order(scores).slice(0, 2).sort()).to.deep.equal(
          order(expected.patchcore.scores_test).slice(0, 2).sort(),
        );
        detector.dispose();
        await new Promise(setImmediate);
      }),
    );
  });

  it('says what is wrong: an unknown layer, another architecture, another format', async () => {
    const failure = (weights: ReturnType<typeof store>, layer = 'layer2', name: 'torch' | 'tfjs_layers' = 'torch') =>
      createExtractor({ name, weights: 'golden', layers: [layer] }, weights).then(
        () => expect.fail('no error was raised'),
        (error: Error) => error,
      );
    const unknown = await failure(store(), 'layer22');
    expect(unknown).to.be.instanceOf(ConfigError);
    expect(unknown.message).to.contain('did you mean "layer2"').and.contain('stem, maxpool, layer1');
    const other = await failure(store({ arch: 'resnet34' }));
    expect(other).to.be.instanceOf(WeightsError);
    expect(other.message).to.contain('tensors are missing');
    const format = await failure(store({ format: 'tfjs_layers' }));
    expect(format.message).to.contain('the backbone "tfjs_layers" takes, not "torch"');
    expect((await failure(store(), 'layer2', 'tfjs_layers')).message).to.contain(
      'the backbone "torch" takes, not "tfjs_layers"',
    );
  });
});

onEveryBackend('a PyTorch checkpoint as a feature extractor', (backend) => {
  if (backend === 'cpu') return;
  let dir = '';
  before(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-torch-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  it(
    'normalises as the manifest says, and cuts after the deepest layer',
    leavesNoTensors(async () => {
      const model = 'mobilenet_v3_small';
      const file = join(dir, 'small.safetensors');
      const tensors = hashedTensors(model).filter(({ name }) => !name.startsWith('classifier'));
      await saveTensors(
        file,
        Object.fromEntries(tensors.map((tensor) => [tensor.name, { shape: tensor.shape, data: hashedValues(tensor) }])),
      );
      const change = { arch: model, mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 2] };
      const weights = openWeightsStore({ manifestDirs: [torchManifest(dir, file, change)], searchDirs: [dir] });
      const names = ['features.5', 'features.2'];
      const extractor = await createExtractor({ name: 'torch', weights: 'golden', layers: names }, weights);
      expect(extractor.taps).to.deep.equal([
        { name: 'features.5', stride: 16, channels: 40 },
        { name: 'features.2', stride: 8, channels: 24 },
      ]);
      expect([extractor.multiple, extractor.context]).to.deep.equal([16, 32]);
      // The recorded input is what the network saw; the picture is what gives it.
      const seen = channelsLast(join(golden, 'backbones', model, 'input.npy'));
      const picture = tf.tidy(() => seen.mul(change.std).add(change.mean).mul(255) as Tensor4D);
      const taps = extractor.extract(picture);
      for (const [i, name] of names.entries()) {
        const want = channelsLast(join(golden, 'backbones', model, `${name.replace('.', '_')}.npy`));
        expect(await relativeError(taps[i], want), name).to.be.below(1e-5);
        want.dispose();
      }
      tf.dispose([seen, picture, ...taps] as Tensor[]);
      extractor.dispose();
    }),
  );
});
