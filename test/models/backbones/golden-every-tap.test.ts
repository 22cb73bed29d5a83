import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodePicture } from '../../../src/data/decode.js';
import { efficientnet } from '../../../src/models/backbones/efficientnet.js';
import { mobilenetV3 } from '../../../src/models/backbones/mobilenet-v3.js';
import type { Network } from '../../../src/models/backbones/network.js';
import { resnet } from '../../../src/models/backbones/resnet.js';
import { type LoadedVit, vit } from '../../../src/models/backbones/vit/vit.js';
import { readCheckpoint, type Checkpoint } from '../../../src/models/weights/checkpoint.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { applyInputRule } from '../../../src/ops/input-rule.js';
import { IMAGENET, normalize } from '../../../src/ops/normalize.js';
import { resample } from '../../../src/ops/resample.js';
import { compiled } from '../../../src/runtime/compile/compiled.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { channelsLast, hashedCheckpoint, relativeError } from '../../support/golden-backbones.js';
import type { HashedTensor } from '../../support/hash-weights.js';
import { readNpy } from '../../support/npy.js';
import { describeWithShared } from '../../support/shared.js';

const LAYERS = ['stem', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4'];
const features = (count: number) => Array.from({ length: count }, (_, i) => `features.${i}`);
const bottleneck = (widening: number) =>
  resnet({ block: 'bottleneck', blocks: [3, 4, 6, 3], width: 64, widening, epsilon: 1e-5 });
const dino = (depth: number, registers: number) =>
  vit(
    {
      patch: 14,
      width: 384,
      depth,
      heads: 6,
      hidden: 1536,
      feedForward: 'gelu',
      registers,
      positions: { kind: 'learned', grid: 4 },
      epsilon: 1e-6,
    },
    'timm',
  );
const tokens = (depth: number) => ['patch_embed', ...Array.from({ length: depth }, (_, i) => `blocks.${i}`), 'norm'];

interface Case {
  readonly network: Network;
  readonly layers: readonly string[];
  /** Whose weights, where the folder is named otherwise. */
  readonly weights?: string;
  /** Layers that were recorded as tokens, with the class token first. */
  readonly tokens?: boolean;
}

const resnet18: Case = {
  network: resnet({ block: 'basic', blocks: [2, 2, 2, 2], width: 64, epsilon: 1e-5 }),
  layers: LAYERS,
  weights: 'resnet18',
};
const D3 = 'vit_small_patch14_dinov2_d3';

/** The folders of the reference data with what they hold: every recorded layer but those of the classifiers. */
const CASES: Readonly<Record<string, Case>> = {
  resnet18,
  resnet18_odd: resnet18,
  resnet50: { network: bottleneck(1), layers: LAYERS },
  wide_resnet50_2: { network: bottleneck(2), layers: LAYERS },
  mobilenet_v3_small: {
    network: mobilenetV3({ size: 'small', naming: 'torchvision', epsilon: 1e-3 }),
    layers: features(13),
  },
  efficientnet_b0: {
    network: efficientnet({ width: 1, depth: 1, naming: 'torchvision', epsilon: 1e-5 }),
    layers: features(9),
  },
  [D3]: { network: dino(3, 0), layers: tokens(3), tokens: true },
  [`${D3}_resampled`]: { network: dino(3, 0), layers: ['patch_embed', 'blocks.0', 'norm'], tokens: true, weights: D3 },
  vit_small_patch14_reg4_dinov2_d2: { network: dino(2, 4), layers: tokens(2), tokens: true },
};

describeWithShared('every recorded layer of every golden network', ['golden', 'backbones'], (root) => {
  onEveryBackend('is what PyTorch gave', (backend) => {
    if (backend === 'cpu') return; // minutes there; the ones beside this test run on it
    for (const [name, golden] of Object.entries(CASES)) {
      for (const graph of backend === 'tensorflow' ? [false, true] : [false]) {
        it(
          graph ? `${name}, as one graph` : name,
          leavesNoTensors(async () => {
            const found = await errors(root, name, golden, graph);
            for (const [layer, error] of Object.entries(found)) expect(error, layer).to.be.below(2e-5);
            expect(Object.keys(found)).to.deep.equal([...golden.layers]);
          }),
        );
      }
    }

    it(
      'resampled position embeddings',
      leavesNoTensors(async () => {
        const rows = (file: string) => readNpy(join(root, file)).data.subarray(384) as Float32Array; // class token first
        const grid = tf.tensor4d(rows('vit_pos_embed_4x4.npy'), [1, 4, 4, 384]);
        const want = tf.tensor4d(rows('vit_pos_embed_5x7_resampled.npy'), [1, 5, 7, 384]);
        const got = resample(grid, { height: 5, width: 7 }, { interpolation: 'bicubic', antialias: true });
        expect(await relativeError(got, want)).to.be.below(1e-5);
        tf.dispose([grid, want, got]);
      }),
    );

    for (const size of ['224x224', '64x64', '32x40']) {
      it(
        `preprocessing to ${size}: the resize of PIL, then the normalisation`,
        leavesNoTensors(async () => {
          const [height, width] = size.split('x').map(Number);
          const folder = join(root, 'preprocess');
          const whole = readNpy(join(folder, `pil_bilinear_u8_${size}.npy`)).data as Uint8Array;
          const { rgb, ...from } = await decodePicture(join(folder, 'input.png'));
          const picture = tf.tensor4d(Float32Array.from(rgb), [1, from.height, from.width, 3]);
          const resized = applyInputRule(picture, {
            resize: { mode: 'stretch', size: { height, width } },
            interpolation: 'bilinear',
            antialias: true,
            color: 'rgb',
            quantize: true,
          });
          // PIL rounds to whole levels between its two passes too, so some pixels are a level off.
          const got = await resized.data();
          let [off, most] = [0, 0];
          for (let k = 0; k < whole.length; k++) {
            off += Math.abs(got[k] - whole[k]) / whole.length;
            most = Math.max(most, Math.abs(got[k] - whole[k]));
          }
          expect(most).to.be.at.most(1);
          expect(off).to.be.below(0.2);
          const levels = tf.tensor4d(Float32Array.from(whole), [1, height, width, 3]);
          const normalised = normalize(levels, IMAGENET);
          const want = tf.tidy(
            () =>
              tf
                .tensor3d(readNpy(join(folder, `normalized_${size}.npy`)).data as Float32Array, [3, height, width])
                .transpose([1, 2, 0])
                .expandDims(0) as Tensor4D,
          );
          expect(await relativeError(normalised, want)).to.be.below(1e-6);
          tf.dispose([picture, resized, levels, normalised, want]);
        }),
      );
    }
  });
});

async function errors(root: string, name: string, golden: Case, graph: boolean): Promise<Record<string, number>> {
  const { network, layers } = golden;
  const checkpoint = await checkpointOf(root, golden.weights ?? name);
  const loaded = network.load(matchParameters(checkpoint, network.parameters, network.dropped), layers);
  const x = channelsLast(join(root, name, 'input.npy'));
  const apply = (pictures: Tensor4D): Tensor[] => {
    if (golden.tokens !== true) return loaded.apply(pictures);
    const [patches] = (loaded as LoadedVit).apply(pictures);
    return [patches, ...(loaded as LoadedVit).tokens(pictures).values()];
  };
  const fn = compiled(([pictures]) => apply(pictures as Tensor4D), { name });
  const got = graph ? await fn.run([x]) : tf.tidy(() => apply(x));
  expect(fn.why).to.equal(null);
  const found: Record<string, number> = {};
  for (const [i, layer] of layers.entries()) {
    const want = recorded(join(root, name, `${layer.replace('blocks.', 'block_').replace('.', '_')}.npy`), layer);
    expect(got[i].shape, layer).to.deep.equal(want.shape);
    found[layer] = await relativeError(got[i], want);
    want.dispose();
  }
  tf.dispose([x, ...got]);
  fn.dispose();
  await new Promise(setImmediate);
  loaded.dispose();
  return found;
}

/** A recorded layer as ours is given: channels last, and the stem, which was recorded before its activation, after it. */
function recorded(path: string, layer: string): Tensor4D {
  const { data, shape } = readNpy(path);
  return tf.tidy(() => {
    const stored = tf.tensor(data as Float32Array, [...shape]);
    if (layer === 'patch_embed' || shape.length === 3) return stored as Tensor4D;
    const last = stored.transpose([0, 2, 3, 1]) as Tensor4D;
    return layer === 'stem' ? last.relu() : last;
  });
}

async function checkpointOf(root: string, name: string): Promise<Checkpoint> {
  if (name === 'resnet18') {
    const path = join(root, 'resnet18.safetensors');
    return readCheckpoint({ path, read: async () => new Uint8Array(readFileSync(path)) });
  }
  const lists = JSON.parse(readFileSync(join(root, 'hash_weights.json'), 'utf8')) as Record<string, HashedTensor[]>;
  return hashedCheckpoint(lists[name]);
}
