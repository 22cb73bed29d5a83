import { expect } from 'chai';
import { isTensorFormat, type WeightsEntry } from '../../../src/config/weights-manifest.js';
import { WeightsError } from '../../../src/errors.js';
import { networkOf } from '../../../src/models/backbones/architectures.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { readParameters } from '../../../src/models/weights/read-parameters.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { checkpointOf } from '../../support/golden-backbones.js';
import { keyList, type ListedTensor } from '../../support/key-lists.js';

/** What features do not need, and a checkpoint may have or not have. */
const NOT_NEEDED = /(^|\.)(num_batches_tracked|mask_token)$|^(fc|classifier(\.\d)?|conv_head)\.(weight|bias)$/;
/** EfficientNet's `conv_head` is a convolution of the features, MobileNet's belongs to the classifier. */
const isNeeded = (arch: string, name: string) =>
  (arch.includes('efficientnet') && name === 'conv_head.weight') || !NOT_NEEDED.test(name);

/** The published list of keys of a manifest entry. */
function listOf({ id, arch, naming }: WeightsEntry): ListedTensor[] {
  switch (naming) {
    case 'huggingface':
      return keyList(
        `huggingface/${id.replace('facebook-', '').replace(/(dinov3)-vit([sb]).*/, (_, v: string, s) => `${v}-${s === 's' ? 'small' : 'base'}`)}`,
      );
    case 'timm':
      // resnets are called alike by both, and TensorFlow's trainings as the others
      if (arch.includes('resnet')) return keyList(`torchvision/${arch}`);
      return keyList(`timm/${id.split('.')[0].replace(/^tf_/, '')}`);
    default:
      return keyList(`${naming}/${arch}`);
  }
}

/** A safetensors file of zeros; only pages that are written to are really there. */
function fileOf(tensors: readonly ListedTensor[]): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, shape }) => {
      const begin = at;
      at += 2 * shape.reduce((a, b) => a * b, 1);
      return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entries = (await openWeightsStore().entries()).filter(({ format }) => isTensorFormat(format));

describe('the true key list of every checkpoint of the manifest', () => {
  it('covers what was promised', () => {
    expect(entries.map(({ id }) => id)).to.include.members([
      ...['resnet18', 'resnet34', 'resnet50'].flatMap((name) => [`${name}.tv_in1k`, `${name}.a1_in1k`]),
      ...['wide_resnet50_2.tv_in1k', 'wide_resnet50_2.racm_in1k'],
      ...['mobilenet_v3_small', 'mobilenet_v3_large', 'efficientnet_b0', 'efficientnet_b4'].map((n) => `${n}.tv_in1k`),
      ...['s', 'b'].flatMap((s) => [`dinov2_vit${s}14`, `dinov2_vit${s}14_reg4`, `dinov3_vit${s}16`]),
      ...['efficientad_teacher_small', 'efficientad_teacher_medium'],
    ]);
  });

  for (const entry of entries) {
    const { id, arch } = entry;
    const network = networkOf(entry);
    const list = listOf(entry);
    const failure = (tensors: readonly ListedTensor[]): string => {
      try {
        matchParameters(checkpointOf(tensors), network.parameters, network.dropped);
      } catch (error) {
        expect(error).to.be.instanceOf(WeightsError);
        return (error as Error).message;
      }
      return expect.fail('no error was raised');
    };

    it(`loads (${id})`, async () => {
      const bytes = fileOf(list);
      const values = await readParameters({ path: id, read: () => Promise.resolve(bytes) }, entry, network);
      const [first] = network.parameters;
      expect(values(first.name)!.length).to.equal(first.shape.reduce((a, b) => a * b, 1));
    });

    it(`is missed, misshapen or exceeded by name (${id})`, () => {
      const needed = list.filter(({ name }) => isNeeded(arch, name));
      expect(needed.length).to.be.greaterThan(7);
      // Every tensor of the small lists, one of each kind of the long ones.
      const step = Math.ceil(needed.length / 60);
      for (const { name, shape } of needed.filter((_, i) => i % step === 0)) {
        expect(failure(list.filter((tensor) => tensor.name !== name))).to.contain(`1 tensor is missing: "${name}"`);
        const other = [...shape, 2];
        const misshapen = list.map((tensor) => (tensor.name === name ? { name, shape: other } : tensor));
        expect(failure(misshapen)).to.contain(`"${name}" is [${other}] where [${shape}] was expected`);
      }
      const extra = [...list, { name: 'blocks.99.extra', shape: [1] }];
      expect(failure(extra)).to.contain('1 tensor is unknown: "blocks.99.extra"');
    });
  }
});
