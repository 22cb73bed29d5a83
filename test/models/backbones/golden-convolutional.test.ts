import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { efficientnet } from '../../../src/models/backbones/efficientnet.js';
import { mobilenetV3 } from '../../../src/models/backbones/mobilenet-v3.js';
import type { Network } from '../../../src/models/backbones/network.js';
import { resnet } from '../../../src/models/backbones/resnet.js';
import { readCheckpoint, type Checkpoint } from '../../../src/models/weights/checkpoint.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { compiled } from '../../../src/runtime/compile/compiled.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import {
  channelsLast,
  goldenBackbones,
  hashedCheckpoint,
  hashedTensors,
  relativeError,
} from '../../support/golden-backbones.js';
import { describeWithShared } from '../../support/shared.js';

const RESNET_LAYERS = ['stem', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4'];
const basic = (blocks: number[], width: number) => resnet({ block: 'basic', blocks, width, epsilon: 1e-5 });
const bottleneck = (widening: number) =>
  resnet({ block: 'bottleneck', blocks: [3, 4, 6, 3], width: 64, widening, epsilon: 1e-5 });
const small = (naming: 'torchvision' | 'timm') => mobilenetV3({ size: 'small', naming, epsilon: 1e-3 });
const b0 = (naming: 'torchvision' | 'timm') => efficientnet({ width: 1, depth: 1, naming, epsilon: 1e-5 });

function fileOf(path: string): Promise<Checkpoint> {
  return readCheckpoint({ path, read: async () => new Uint8Array(readFileSync(path)) });
}

/** The largest error of every layer against the recorded arrays in `folder`. */
async function errors(network: Network, checkpoint: Checkpoint, folder: string, layers: string[], graph = false) {
  const loaded = network.load(matchParameters(checkpoint, network.parameters, network.dropped), layers);
  const x = channelsLast(join(folder, 'input.npy'));
  const fn = compiled(([pictures]) => loaded.apply(pictures as Tensor4D));
  const got = graph ? await fn.run([x]) : loaded.apply(x);
  const found: Record<string, number> = {};
  for (const [i, layer] of layers.entries()) {
    const recorded = channelsLast(join(folder, `${layer.replace('.', '_')}.npy`));
    // The stem was recorded before its activation.
    const want: Tensor4D = layer === 'stem' ? recorded.relu() : recorded;
    found[layer] = await relativeError(got[i], want);
    tf.dispose([recorded, want]);
  }
  expect(fn.why).to.equal(null);
  tf.dispose([x, ...got] as Tensor[]);
  fn.dispose();
  await new Promise(setImmediate);
  loaded.dispose();
  return found;
}

function expectBelow(found: Record<string, number>, bound: number): void {
  for (const [layer, error] of Object.entries(found)) expect(error, layer).to.be.below(bound);
}

onEveryBackend('convolutional networks give what PyTorch gave', (backend) => {
  it(
    'a small ResNet, from a file, every tap',
    leavesNoTensors(async () => {
      const folder = join(goldenBackbones, 'tiny_resnet');
      const checkpoint = await fileOf(`${folder}.safetensors`);
      expectBelow(await errors(basic([1, 1, 1, 1], 8), checkpoint, folder, RESNET_LAYERS), 1e-5);
    }),
  );

  it(
    'the same in half precision, as far as that goes',
    leavesNoTensors(async () => {
      const folder = join(goldenBackbones, 'tiny_resnet');
      const checkpoint = await fileOf(`${folder}_f16.safetensors`);
      expectBelow(await errors(basic([1, 1, 1, 1], 8), checkpoint, folder, RESNET_LAYERS), 2e-3);
    }),
  );

  if (backend === 'cpu') return; // the larger ones take half a minute there

  const larger: [string, Network, string[]][] = [
    ['resnet50', bottleneck(1), ['layer4']],
    ['mobilenet_v3_small', small('torchvision'), ['features.2', 'features.5', 'features.12']],
    ['efficientnet_b0', b0('torchvision'), ['features.3', 'features.5', 'features.8']],
  ];
  for (const [name, network, layers] of larger) {
    it(
      name,
      leavesNoTensors(async () => {
        const checkpoint = hashedCheckpoint(hashedTensors(name));
        expectBelow(await errors(network, checkpoint, join(goldenBackbones, name), layers), 1e-5);
      }),
    );
    if (backend !== 'tensorflow') continue;
    it(
      `${name} as one graph`,
      leavesNoTensors(async () => {
        const checkpoint = hashedCheckpoint(hashedTensors(name));
        expectBelow(await errors(network, checkpoint, join(goldenBackbones, name), layers, true), 1e-5);
      }),
    );
  }
});

describeWithShared('all taps of larger networks', ['golden', 'backbones'], (path) => {
  onEveryBackend('give what PyTorch gave', (backend) => {
    if (backend === 'cpu') return;
    for (const folder of ['resnet18', 'resnet18_odd']) {
      it(
        folder,
        leavesNoTensors(async () => {
          const checkpoint = await fileOf(join(path, 'resnet18.safetensors'));
          expectBelow(await errors(basic([2, 2, 2, 2], 64), checkpoint, join(path, folder), RESNET_LAYERS), 1e-5);
        }),
      );
    }

    it(
      'wide_resnet50_2',
      leavesNoTensors(async () => {
        type Listed = { name: string; shape: number[]; rule: string }[];
        const lists = JSON.parse(readFileSync(join(path, 'hash_weights.json'), 'utf8')) as Record<string, Listed>;
        const checkpoint = hashedCheckpoint(lists.wide_resnet50_2);
        const layers = ['layer1', 'layer2', 'layer3'];
        expectBelow(await errors(bottleneck(2), checkpoint, join(path, 'wide_resnet50_2'), layers), 1e-5);
      }),
    );
  });
});
