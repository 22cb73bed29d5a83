import { join } from 'node:path';
import { expect } from 'chai';
import { efficientnet } from '../../../src/models/backbones/efficientnet.js';
import { mobilenetV3 } from '../../../src/models/backbones/mobilenet-v3.js';
import type { Network } from '../../../src/models/backbones/network.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import {
  channelsLast,
  checkpointOf,
  goldenBackbones,
  hashedTensors,
  relativeError,
} from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';

/** torchvision's block numbers in timm's stages. */
const SMALL = ['0.0', '1.0', '1.1', '2.0', '2.1', '2.2', '3.0', '3.1', '4.0', '4.1', '4.2'];

/** The names of a block: [which of torchvision's, timm's], where the block has its first convolution and where it has not. */
const wide = { '0.0': 'conv_pw', '0.1': 'bn1', '1.0': 'conv_dw', '1.1': 'bn2', '3.0': 'conv_pwl', '3.1': 'bn3' };
const wideBare = { '0.0': 'conv_pw', '0.1': 'bn1', '1.0': 'conv_dw', '1.1': 'bn2', '2.0': 'conv_pwl', '2.1': 'bn3' };
const narrow = { '0.0': 'conv_dw', '0.1': 'bn1', '2.0': 'conv_pw', '2.1': 'bn2' };

function blockName(rest: string, names: readonly string[], prefix: string): string {
  const squeezed = names.some((name) => name.includes(`${prefix}.block.`) && name.includes('fc1'));
  const first = names.some((name) => name.startsWith(`${prefix}.block.${squeezed ? 3 : 2}.0`));
  const table: Record<string, string> = !first ? narrow : squeezed ? wide : wideBare;
  const part = /^(\d\.\d)\.(.*)$/.exec(rest);
  if (part !== null) return `${table[part[1]]}.${part[2]}`;
  return rest.replace(/^\d\.fc1/, 'se.conv_reduce').replace(/^\d\.fc2/, 'se.conv_expand');
}

function timmName(name: string, model: string, names: readonly string[]): string {
  const block =
    model === 'mobilenet_v3_small'
      ? /^(features\.(\d+))\.block\.(.*)$/.exec(name)
      : /^(features\.(\d+)\.(\d+))\.block\.(.*)$/.exec(name);
  if (block !== null) {
    const place = model === 'mobilenet_v3_small' ? SMALL[Number(block[2]) - 1] : `${Number(block[2]) - 1}.${block[3]}`;
    return `blocks.${place}.${blockName(block[block.length - 1], names, block[1])}`;
  }
  return name
    .replace('features.0.0', 'conv_stem')
    .replace('features.0.1', 'bn1')
    .replace('features.12.0', 'blocks.5.0.conv')
    .replace('features.12.1', 'blocks.5.0.bn1')
    .replace('features.8.0', 'conv_head')
    .replace('features.8.1', 'bn2')
    .replace('classifier.0', 'conv_head')
    .replace(/classifier\.\d/, 'classifier');
}

const cases: [string, string, Network][] = [
  ['mobilenet_v3_small', 'features.12', mobilenetV3({ size: 'small', naming: 'timm', epsilon: 1e-3 })],
  ['efficientnet_b0', 'features.8', efficientnet({ width: 1, depth: 1, naming: 'timm', epsilon: 1e-5 })],
];

onEveryBackend('checkpoints of timm', (backend) => {
  if (backend === 'cpu') return;
  for (const [model, layer, network] of cases) {
    it(
      `give the features of torchvision's (${model})`,
      leavesNoTensors(async () => {
        const tensors = hashedTensors(model);
        const names = tensors.map(({ name }) => name);
        const renamed = tensors.map((tensor) => ({
          name: timmName(tensor.name, model, names),
          shape: tensor.shape,
          values: () => hashedValues(tensor),
        }));
        expect(renamed.map(({ name }) => name)).to.include.members([
          'conv_stem.weight',
          'blocks.0.0.conv_dw.weight',
          'blocks.0.0.se.conv_reduce.bias',
          'blocks.1.0.conv_pwl.weight',
          'blocks.1.0.bn3.running_var',
        ]);
        const loaded = network.load(matchParameters(checkpointOf(renamed), network.parameters, network.dropped), [
          layer,
        ]);
        const x = channelsLast(join(goldenBackbones, model, 'input.npy'));
        const want = channelsLast(join(goldenBackbones, model, `${layer.replace('.', '_')}.npy`));
        const [features] = loaded.apply(x);
        expect(await relativeError(features, want)).to.be.below(1e-5);
        tf.dispose([x, want, features]);
        loaded.dispose();
      }),
    );
  }
});
