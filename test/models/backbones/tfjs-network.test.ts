import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { io, SymbolicTensor } from '@tensorflow/tfjs';
import { ConfigError, WeightsError } from '../../../src/errors.js';
import { foldChain } from '../../../src/models/backbones/folded-chain.js';
import { loadTfjsExtractor } from '../../../src/models/backbones/tfjs-network.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { tf, type LayersModel, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { describeWithShared } from '../../support/shared.js';

/** A chain with everything that can be folded, and random statistics. */
function toyModel(branch = false): LayersModel {
  const input = tf.input({ shape: [null, null, 3], name: 'input' });
  const apply = (layer: { apply(x: unknown): unknown }, x: unknown) => layer.apply(x) as SymbolicTensor;
  let x = apply(
    tf.layers.conv2d({ name: 'c1', filters: 6, kernelSize: 3, strides: 2, padding: 'same', useBias: true }),
    input,
  );
  x = apply(tf.layers.batchNormalization({ name: 'c1_bn', epsilon: 0.01 }), x);
  x = apply(tf.layers.activation({ name: 'c1_relu', activation: 'relu6' }), x);
  const early = x;
  x = apply(
    tf.layers.depthwiseConv2d({ name: 'd2', kernelSize: 3, padding: 'same', depthMultiplier: 2, useBias: false }),
    x,
  );
  x = apply(tf.layers.batchNormalization({ name: 'd2_bn', scale: false }), x);
  x = apply(tf.layers.reLU({ name: 'd2_relu' }), x);
  x = apply(tf.layers.conv2d({ name: 'c3', filters: 6, kernelSize: 1, activation: 'relu', useBias: true }), x);
  if (branch) x = apply(tf.layers.add({ name: 'sum' }), [x, early]);
  x = apply(tf.layers.conv2d({ name: 'beyond', filters: 2, kernelSize: 1 }), x);
  const model = tf.model({ inputs: input, outputs: x });
  for (const layer of model.layers) tf.tidy(() => randomise(layer));
  return model;
}

function randomise(layer: LayersModel['layers'][number]): void {
  const weights = layer.getWeights();
  const random = weights.map((w, i) => {
    const noise = tf.randomNormal(w.shape, 0, 0.5, 'float32', 31 + i);
    // The last weight of a batch normalisation is a variance.
    return layer.getClassName() === 'BatchNormalization' && i === weights.length - 1 ? noise.abs().add(0.2) : noise;
  });
  if (random.length > 0) layer.setWeights(random);
}

interface Toy {
  readonly dir: string;
  readonly topology: object;
  readonly specs: object[];
  readonly data: Uint8Array;
}

function writeToy({ dir, topology, specs, data }: Toy, format: string, taps: object[]): void {
  mkdirSync(join(dir, 'manifest'), { recursive: true });
  mkdirSync(join(dir, 'toy'), { recursive: true });
  const modelJson = JSON.stringify({
    format: format === 'tfjs_graph' ? 'graph-model' : 'layers-model',
    modelTopology: topology,
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  });
  writeFileSync(join(dir, 'toy', 'model.json'), modelJson);
  writeFileSync(join(dir, 'toy', 'weights.bin'), data);
  const file = (path: string) => {
    const bytes = readFileSync(join(dir, 'toy', path));
    return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const entry = {
    schema_version: 1,
    id: 'toy',
    arch: 'toy',
    tag: 'random',
    format,
    files: [file('model.json'), file('weights.bin')],
    input: { size: { height: 8, width: 8 }, crop_pct: 1, interpolation: 'bilinear', antialias: true, multiple: 2 },
    scale: 1 / 255,
    mean: [0.5, 0.4, 0.3],
    std: [0.5, 0.25, 0.2],
    taps,
    license: 'none',
    origin: 'made by the test',
  };
  writeFileSync(join(dir, 'manifest', 'toy.json'), JSON.stringify(entry));
}

/** What the model gives for `(x / 255 - mean) / std`, layer by layer. */
async function expected(model: LayersModel, x: Tensor4D, layers: string[]): Promise<unknown[]> {
  const outputs = layers.map((name) => model.getLayer(name).output as SymbolicTensor);
  const tensors = tf.tidy(() => {
    const seen = x.div(255).sub([0.5, 0.4, 0.3]).div([0.5, 0.25, 0.2]);
    return [tf.model({ inputs: model.inputs, outputs }).predict(seen)].flat();
  });
  const values = await Promise.all(tensors.map((t) => t.array()));
  tf.dispose(tensors);
  return values;
}

function closeTo(got: unknown, want: unknown, tolerance: number): void {
  const [a, b] = [[got].flat(9) as number[], [want].flat(9) as number[]];
  expect(a.length).to.equal(b.length);
  a.forEach((v, i) => expect(v).to.be.closeTo(b[i], tolerance * (1 + Math.abs(b[i]))));
}

onEveryBackend('tfjs networks as feature extractors', () => {
  let dir = '';
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-network-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const store = () => openWeightsStore({ manifestDirs: [join(dir, 'manifest')], searchDirs: [dir] });

  async function save(model: LayersModel, taps: object[]): Promise<void> {
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        const data = new Uint8Array(tf.io.concatenateArrayBuffers([artifacts.weightData as ArrayBuffer]));
        const toy = { dir, topology: artifacts.modelTopology as object, specs: artifacts.weightSpecs!, data };
        writeToy(toy, 'tfjs_layers', taps);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
  }

  for (const branch of [false, true]) {
    it(
      `give the taps of ${branch ? 'a branched network' : 'a folded chain'}, scaled as the manifest says`,
      leavesNoTensors(async () => {
        const model = toyModel(branch);
        await save(model, [
          { layer: 'c1_relu', stride: 2, channels: 6 },
          { layer: 'd2_relu', stride: 2, channels: 12 },
          { layer: branch ? 'sum' : 'c3', stride: 2, channels: 6 },
        ]);
        const layers = [branch ? 'sum' : 'c3', 'c1_relu'];
        const extractor = await loadTfjsExtractor({ name: 'tfjs_layers', weights: 'toy', layers }, store());
        expect(extractor.taps.map((tap) => tap.name)).to.deep.equal(layers);
        const x = tf.randomUniform([2, 8, 12, 3], 0, 255, 'float32', 5) as Tensor4D;
        const got = extractor.extract(x);
        const values = await Promise.all(got.map((t: Tensor) => t.array()));
        const wanted = await expected(model, x, layers);
        values.forEach((value, i) => closeTo(value, wanted[i], 1e-4));
        tf.dispose([x, ...got]);
        extractor.dispose();
        model.dispose();
      }),
    );
  }

  it(
    'fold a chain only, and only between taps',
    leavesNoTensors(() => {
      const cut = (model: LayersModel, name: string) =>
        tf.model({ inputs: model.inputs, outputs: model.getLayer(name).output as SymbolicTensor });
      const [chain, branched] = [toyModel(), toyModel(true)];
      const folded = foldChain(cut(chain, 'd2_relu'), ['c1_relu', 'd2_relu']);
      expect(folded).to.not.equal(null);
      folded!.dispose();
      expect(foldChain(cut(chain, 'd2_relu'), ['c1_bn'])).to.equal(null);
      expect(foldChain(cut(branched, 'sum'), ['sum'])).to.equal(null);
      chain.dispose();
      branched.dispose();
    }),
  );

  it(
    'run graph models too',
    leavesNoTensors(async () => {
      const node = (name: string, op: string, input: string[], attr: object) => ({ name, op, input, attr });
      const float = { type: 'DT_FLOAT' };
      const topology = {
        node: [
          node('x', 'Placeholder', [], {
            dtype: float,
            shape: { shape: { dim: [{ size: -1 }, { size: -1 }, { size: -1 }, { size: 3 }] } },
          }),
          node('w', 'Const', [], {
            dtype: float,
            value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: [1, 1, 3, 2].map((size) => ({ size })) } } },
          }),
          node('conv', 'Conv2D', ['x', 'w'], {
            T: float,
            strides: { list: { i: [1, 2, 2, 1] } },
            padding: { s: Buffer.from('VALID').toString('base64') },
            dilations: { list: { i: [1, 1, 1, 1] } },
            data_format: { s: Buffer.from('NHWC').toString('base64') },
          }),
          node('features', 'Relu', ['conv'], { T: float }),
          node('beyond', 'Neg', ['features'], { T: float }),
        ],
        versions: { producer: 1 },
      };
      const weights = Float32Array.of(1, -1, 0, 0, 0, 0.5);
      const specs = [{ name: 'w', shape: [1, 1, 3, 2], dtype: 'float32' }];
      const data = new Uint8Array(weights.buffer);
      writeToy({ dir, topology, specs, data }, 'tfjs_graph', [{ layer: 'features', stride: 2, channels: 2 }]);
      const params = { name: 'tfjs_graph' as const, weights: 'toy', layers: ['features'] };
      // The name that configs of 0.2 have.
      (await loadTfjsExtractor({ ...params, name: 'tfjs_layers' }, store())).dispose();
      const extractor = await loadTfjsExtractor(params, store());
      const x = tf.fill([1, 4, 4, 3], 255) as Tensor4D;
      const [features] = extractor.extract(x);
      // (1 - mean) / std = 1, 2.4, 3.5
      closeTo(
        await features.array(),
        Array.from({ length: 4 }, () => [1, 0.75]),
        1e-5,
      );
      tf.dispose([x, features]);
      extractor.dispose();
    }),
  );

  it(
    'name what is wrong: an unknown tap, another network than described, an unlisted shard',
    leavesNoTensors(async () => {
      const model = toyModel();
      await save(model, [
        { layer: 'c1_relu', stride: 4, channels: 6 },
        { layer: 'ghost', stride: 2, channels: 6 },
      ]);
      model.dispose();
      const failure = (layer: string) =>
        loadTfjsExtractor({ name: 'tfjs_layers', weights: 'toy', layers: [layer] }, store()).then(
          () => expect.fail('no error was raised'),
          (error: Error) => error,
        );
      expect(await failure('c1_rel'))
        .to.be.instanceOf(ConfigError)
        .with.property('message')
        .that.contains('"c1_relu"');
      expect(await failure('c1_relu'))
        .to.be.instanceOf(WeightsError)
        .with.property('message')
        .that.contains('shape');
      expect(await failure('ghost'))
        .to.be.instanceOf(WeightsError)
        .with.property('message')
        .that.contains('no layer');
    }),
  );
});

describeWithShared('the MobileNetV1 trunk', ['weights', 'mobilenet-v1-trunk'], (path) => {
  const layers = ['conv_pw_5_relu', 'conv_pw_11_relu'];

  onEveryBackend('folded', () => {
    it(
      'equals the network as it came',
      leavesNoTensors(async () => {
        const store = openWeightsStore({ searchDirs: [join(path, '..')] });
        const extractor = await loadTfjsExtractor(
          { name: 'tfjs_layers', weights: 'mobilenet_v1_1.0_trunk', layers },
          store,
        );
        const x = tf.randomUniform([1, 64, 32, 3], 0, 255, 'float32', 5) as Tensor4D;
        const got = extractor.extract(x);
        const bytes = readFileSync(join(path, 'weights.bin'));
        const json = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')) as {
          modelTopology: object;
          weightsManifest: { weights: io.WeightsManifestEntry[] }[];
        };
        const model = await tf.loadLayersModel(
          tf.io.fromMemory({
            modelTopology: json.modelTopology,
            weightSpecs: json.weightsManifest[0].weights,
            weightData: new Uint8Array(bytes).buffer,
          }),
        );
        const wanted = tf.tidy(() => {
          const outputs = layers.map((name) => model.getLayer(name).output as SymbolicTensor);
          return tf.model({ inputs: model.inputs, outputs }).predict(x.div(127.5).sub(1)) as Tensor[];
        });
        for (const [i, tensor] of got.entries()) closeTo(await tensor.array(), await wanted[i].array(), 1e-3);
        tf.dispose([x, ...got, ...wanted]);
        model.dispose();
        extractor.dispose();
      }),
    );
  });
});
