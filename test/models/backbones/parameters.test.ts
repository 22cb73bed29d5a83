import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { WeightsError } from '../../../src/errors.js';
import { ARCHITECTURES, networkOf } from '../../../src/models/backbones/architectures.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { checkpointOf, goldenBackbones, hashedTensors } from '../../support/golden-backbones.js';
import { hashedValues } from '../../support/hash-weights.js';

type Listed = { name: string; shape: readonly number[] };

const resnet18 = (
  JSON.parse(readFileSync(join(goldenBackbones, 'resnet18_keys.json'), 'utf8')) as [string, number[]][]
).map(([name, shape]): Listed => ({ name, shape }));
/** The keys that PyTorch lists, and what it gives features under. */
const torchLists: [arch: string, naming: 'torchvision' | 'timm', keys: Listed[]][] = [
  ['resnet18', 'torchvision', resnet18],
  ['resnet50', 'timm', hashedTensors('resnet50')],
  ['mobilenet_v3_small', 'torchvision', hashedTensors('mobilenet_v3_small')],
  ['efficientnet_b0', 'torchvision', hashedTensors('efficientnet_b0')],
];

function match(arch: string, naming: string, keys: readonly Listed[]) {
  const network = networkOf({ id: 'x', arch, naming: naming as 'timm' });
  return matchParameters(checkpointOf(keys), network.parameters, network.dropped);
}

function failure(arch: string, naming: string, keys: readonly Listed[]): string {
  try {
    match(arch, naming, keys);
  } catch (error) {
    expect(error).to.be.instanceOf(WeightsError);
    return (error as Error).message;
  }
  return expect.fail('no error was raised');
}

describe('parameters of the networks', () => {
  it('of the golden networks have the recorded values', () => {
    for (const tensor of ['mobilenet_v3_small', 'vit_small_patch14_reg4_dinov2_d2'].flatMap(hashedTensors)) {
      const [value] = hashedValues({ ...tensor, shape: [1] });
      expect(value, tensor.name).to.be.closeTo(tensor.first, 1e-6 * Math.max(1, Math.abs(tensor.first)));
    }
  });

  for (const [arch, naming, keys] of torchLists) {
    it(`are the keys that PyTorch lists for ${arch}`, () => {
      expect(() => match(arch, naming, keys)).not.to.throw();
      const declared = networkOf({ id: 'x', arch, naming }).parameters.map((p) => p.name);
      expect(new Set(declared).size).to.equal(declared.length);
    });
  }

  it('are missed, found too many, or of another shape by name', () => {
    const without = resnet18.filter(({ name }) => name !== 'layer3.0.bn2.running_var');
    expect(failure('resnet18', 'timm', without)).to.contain('1 tensor is missing: "layer3.0.bn2.running_var"');
    const extra = [...resnet18, { name: 'layer2.0.se.weight', shape: [1] }];
    expect(failure('resnet18', 'timm', extra)).to.contain('1 tensor is unknown: "layer2.0.se.weight"');
    const misshapen = resnet18.map((key) => (key.name === 'conv1.weight' ? { ...key, shape: [64, 1, 7, 7] } : key));
    expect(failure('resnet18', 'timm', misshapen)).to.contain(
      '"conv1.weight" is [64,1,7,7] where [64,3,7,7] was expected',
    );
  });

  it('tell another architecture and another naming in one sentence', () => {
    const message = failure('resnet34', 'timm', resnet18);
    expect(message).to.match(/80 tensors are missing: "layer1\.2\.conv1\.weight".*and 76 more/);
    expect(failure('mobilenet_v3_small', 'timm', hashedTensors('mobilenet_v3_small'))).to.contain(
      'tensors are unknown',
    );
    expect(() => networkOf({ id: 'x', arch: 'resnet19', naming: 'timm' })).to.throw(
      WeightsError,
      'did you mean "resnet18"',
    );
    expect(() => networkOf({ id: 'x', arch: 'resnet18', naming: 'meta' })).to.throw(WeightsError, 'torchvision, timm');
    expect(() => networkOf({ id: 'x', arch: 'resnet18' })).to.throw(WeightsError, 'none');
  });

  // Sizes as torchvision, timm and the authors publish them, without the classifier and the mask token.
  const sizes: Record<string, number> = {
    resnet18: 11_176_512,
    resnet34: 21_284_672,
    resnet50: 23_508_032,
    wide_resnet50_2: 66_834_240,
    mobilenet_v3_small: 927_008,
    mobilenet_v3_large: 2_971_952,
    efficientnet_b0: 4_007_548,
    efficientnet_b4: 17_548_616,
    dinov2_vits14: 22_056_576 - 384,
    dinov2_vits14_reg4: 22_058_112 - 384,
    dinov2_vitb14: 86_580_480 - 768,
    dinov2_vitl14: 304_368_640 - 1024,
    dinov2_vitg14: 1_136_480_768 - 1536,
    // Added up from the table of the paper.
    pdn_small: 2_694_144,
    pdn_medium: 8_026_624,
  };
  it('add up to the published sizes', () => {
    for (const [arch, size] of Object.entries(sizes)) {
      const network = networkOf({ id: 'x', arch, naming: ARCHITECTURES[arch].namings[0] });
      // Running statistics are buffers, which are not counted.
      const counted = network.parameters.filter(({ name }) => !/running_(mean|var)$/.test(name));
      const total = counted.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      expect(total, arch).to.equal(size);
    }
  });

  it('have as many values under every naming', () => {
    const values = (arch: string, naming: string) =>
      networkOf({ id: 'x', arch, naming: naming as 'timm' })
        .parameters.filter(({ optional, name }) => optional === undefined && !name.endsWith('periods'))
        .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    for (const [arch, { namings }] of Object.entries(ARCHITECTURES)) {
      const counts = namings.map((naming) => values(arch, naming));
      // timm keeps no position for the class token where there are registers.
      const allowed = arch.endsWith('reg4') ? 1024 : 0;
      expect(Math.max(...counts) - Math.min(...counts), arch).to.be.at.most(allowed);
    }
  });

  it('of every checkpoint of the manifest are known', async () => {
    const entries = (await openWeightsStore().entries()).filter((entry) => entry.format === 'safetensors');
    expect(entries.length).to.be.greaterThan(30);
    for (const entry of entries) {
      const network = networkOf(entry);
      expect(entry.files).to.have.length(1);
      expect(network.taps.length, entry.id).to.be.greaterThan(0);
      expect(() =>
        matchParameters(checkpointOf(network.parameters), network.parameters, network.dropped),
      ).not.to.throw();
    }
  });
});
