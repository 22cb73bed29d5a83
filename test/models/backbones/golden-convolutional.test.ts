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
async function errors(
  network: Network,
  checkpoint: Checkpoint,
  folder: string,
  layers: string[],
  graph = false,
  input = join(folder, 'input.npy'),
) {
  const loaded = network.load(matchParameters(checkpoint, network.parameters, network.dropped), layers);
  const x = channelsLast(input);
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
  for (const graph of backend === 'tensorflow' ? [false, true] : [false]) {
    // What was recorded in half precision is float32 arithmetic on the rounded weights, which is what is done with such a file here.
    for (const name of ['tiny_resnet', 'tiny_resnet_f16']) {
      it(
        `${name}, from a file, every tap${graph ? ', as one graph' : ''}`,
        leavesNoTensors(async () => {
          const folder = join(goldenBackbones, name);
          const checkpoint = await fileOf(`${folder}.safetensors`);
          const input = join(goldenBackbones, 'tiny_resnet', 'input.npy');
          const found = await errors(basic([1, 1, 1, 1], 8), checkpoint, folder, RESNET_LAYERS, graph, input);
          expectBelow(found, 1e-5);
        }),
      );
    }
  }

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
