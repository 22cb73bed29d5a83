import { join } from 'node:path';
import { expect } from 'chai';
import type { VitNaming } from '../../../src/models/backbones/vit/names.js';
import { type LoadedVit, vit } from '../../../src/models/backbones/vit/vit.js';
import type { Checkpoint } from '../../../src/models/weights/checkpoint.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { compiled } from '../../../src/runtime/compile/compiled.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import {
  channelsLast,
  checkpointOf,
  goldenBackbones,
  hashedCheckpoint,
  hashedTensors,
} from '../../support/golden-backbones.js';
import { readNpy } from '../../support/npy.js';

/** The golden ViT-S/14 have few blocks and a table for 4 x 4 patches. */
const network = (depth: number, registers: number, naming: VitNaming) =>
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
    naming,
  );

function recorded(model: string, layer: string): Float32Array {
  return readNpy(join(goldenBackbones, model, `${layer}.npy`)).data as Float32Array;
}

function expectClose(got: Float32Array, want: Float32Array, tolerance: number): void {
  expect(got.length).to.equal(want.length);
  const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const worst = got.reduce((a, value, i) => Math.max(a, Math.abs(value - want[i])), 0);
  expect(worst / largest).to.be.below(tolerance);
}

/** Runs a network, and compares all its tokens with the recorded ones. */
async function check(model: string, layers: Record<string, string>, depth: number, registers: number, graph = false) {
  const checkpoint = hashedCheckpoint(hashedTensors(model.replace('_resampled', '')));
  await checkTokens(checkpoint, model, layers, network(depth, registers, 'timm'), graph);
}

async function checkTokens(
  checkpoint: Checkpoint,
  model: string,
  layers: Record<string, string>,
  net: ReturnType<typeof network>,
  graph = false,
) {
  const names = Object.keys(layers);
  const loaded = net.load(matchParameters(checkpoint, net.parameters, net.dropped), names) as LoadedVit;
  const x = channelsLast(join(goldenBackbones, model, 'input.npy'));
  const fn = compiled(([pictures]) => [...loaded.tokens(pictures as Tensor4D).values()]);
  const got = graph ? await fn.run([x]) : [...loaded.tokens(x).values()];
  for (const [i, name] of names.entries()) {
    expectClose((await got[i].data()) as Float32Array, recorded(model, layers[name]), 1e-5);
  }
  expect(fn.why).to.equal(null);
  tf.dispose([x, ...got]);
  fn.dispose();
  await new Promise(setImmediate);
  loaded.dispose();
}

onEveryBackend('vision transformers give what PyTorch gave', (backend) => {
  const d3 = 'vit_small_patch14_dinov2_d3';
  const reg = 'vit_small_patch14_reg4_dinov2_d2';
  it(
    'with registers',
    leavesNoTensors(() => check(reg, { norm: 'norm' }, 2, 4)),
  );

  if (backend === 'cpu') return;

  it(
    'after a block and after the last normalisation',
    leavesNoTensors(() => check(d3, { 'blocks.0': 'block_0', norm: 'norm' }, 3, 0)),
  );
  it(
    'with positions resampled to 5 x 7 patches',
    leavesNoTensors(() => check(`${d3}_resampled`, { norm: 'norm' }, 3, 0)),
  );
  if (backend === 'tensorflow') {
    it(
      'as one graph',
      leavesNoTensors(() => check(`${d3}_resampled`, { norm: 'norm' }, 3, 0, true)),
    );
  }

  it(
    'as patches on their grid, without the class token',
    leavesNoTensors(async () => {
      const net = network(2, 4, 'timm');
      const values = matchParameters(hashedCheckpoint(hashedTensors(reg)), net.parameters, net.dropped);
      const loaded = net.load(values, ['norm', 'patch_embed']);
      const x = channelsLast(join(goldenBackbones, reg, 'input.npy'));
      const [norm, embedded] = loaded.apply(x);
      expect(norm.shape).to.deep.equal([1, 4, 4, 384]);
      expect(embedded.shape).to.deep.equal([1, 4, 4, 384]);
      expectClose((await norm.data()) as Float32Array, recorded(reg, 'norm').subarray(5 * 384), 1e-5);
      tf.dispose([x, norm, embedded]);
      loaded.dispose();
    }),
  );

  it(
    'under the names of transformers, with queries, keys and values apart',
    leavesNoTensors(() =>
      checkTokens(huggingface(hashedCheckpoint(hashedTensors(d3))), d3, { norm: 'norm' }, network(3, 0, 'huggingface')),
    ),
  );

  it(
    'under the names of the authors, whose class token has a position with registers too',
    leavesNoTensors(() =>
      checkTokens(meta(hashedCheckpoint(hashedTensors(reg))), reg, { norm: 'norm' }, network(2, 4, 'meta')),
    ),
  );
});

type Entry = { name: string; shape: readonly number[]; values: () => Float32Array };

/** The renaming that the conversion script of transformers does. */
function huggingface(checkpoint: Checkpoint): Checkpoint {
  const out: Entry[] = [{ name: 'embeddings.mask_token', shape: [1, 384], values: () => new Float32Array(384) }];
  for (const tensor of checkpoint.tensors.values()) {
    const qkv = /^blocks\.(\d+)\.attn\.qkv\.(\w+)$/.exec(tensor.name);
    if (qkv === null) {
      const name = tensor.name
        .replace(/^cls_token/, 'embeddings.cls_token')
        .replace(/^pos_embed/, 'embeddings.position_embeddings')
        .replace(/^patch_embed\.proj/, 'embeddings.patch_embeddings.projection')
        .replace(/^norm/, 'layernorm')
        .replace(/^blocks/, 'encoder.layer')
        .replace('attn.proj', 'attention.output.dense')
        .replace(/ls(\d)\.gamma/, 'layer_scale$1.lambda1');
      out.push({ ...tensor, name, values: () => tensor.values() });
      continue;
    }
    for (const [i, part] of ['query', 'key', 'value'].entries()) {
      const [rows, ...rest] = tensor.shape;
      const size = (rows / 3) * rest.reduce((a, b) => a * b, 1);
      out.push({
        name: `encoder.layer.${qkv[1]}.attention.attention.${part}.${qkv[2]}`,
        shape: [rows / 3, ...rest],
        values: () => tensor.values().slice(i * size, (i + 1) * size),
      });
    }
  }
  return checkpointOf(out);
}

/** Undoes timm's conversion: the class token without its position, which is the first row of the table. */
function meta(checkpoint: Checkpoint): Checkpoint {
  const position = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i));
  return checkpointOf(
    [...checkpoint.tensors.values()].map((tensor): Entry => {
      const values = () => tensor.values();
      if (tensor.name === 'reg_token') return { name: 'register_tokens', shape: tensor.shape, values };
      if (tensor.name === 'cls_token') {
        return { name: tensor.name, shape: tensor.shape, values: () => values().map((v, i) => v - position[i]) };
      }
      if (tensor.name !== 'pos_embed') return { name: tensor.name, shape: tensor.shape, values };
      return { name: tensor.name, shape: [1, 17, 384], values: () => Float32Array.of(...position, ...values()) };
    }),
  );
}
