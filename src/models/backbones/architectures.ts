import { suggestion } from '../../config/codec.js';
import type { Naming, WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import { efficientnet } from './efficientnet.js';
import { filterbankRca } from './filterbank-rca.js';
import type { MobileNaming } from './mobile-names.js';
import { mobilenetV3 } from './mobilenet-v3.js';
import type { Network } from './network.js';
import { pdn, type PdnNaming } from './pdn.js';
import { resnet, type ResnetShape } from './resnet.js';
import type { VitNaming } from './vit/names.js';
import type { VitShape } from './vit/shape.js';
import { vit } from './vit/vit.js';

interface Architecture {
  /** The namings that its checkpoints come in. */
  readonly namings: readonly Naming[];
  /** @param epsilon of the batch normalisation, where the entry has one of its own */
  build(naming: Naming, epsilon?: number): Network;
}

/** Every network that can be made from a checkpoint of PyTorch, by the `arch` of a manifest entry. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  resnet18: residual({ block: 'basic', blocks: [2, 2, 2, 2] }),
  /** What `imgano train --recipe pretrain-backbone` trains. */
  resnet10_w32: residual({ block: 'basic', blocks: [1, 1, 1] }, 32),
  /** The same, with its pretext `rca`. */
  filterbank_rca: { namings: ['torchvision'], build: filterbankRca },
  resnet34: residual({ block: 'basic', blocks: [3, 4, 6, 3] }),
  resnet50: residual({ block: 'bottleneck', blocks: [3, 4, 6, 3] }),
  wide_resnet50_2: residual({ block: 'bottleneck', blocks: [3, 4, 6, 3], widening: 2 }),
  mobilenet_v3_small: mobile(1e-3, (naming, epsilon) => mobilenetV3({ size: 'small', naming, epsilon })),
  mobilenet_v3_large: mobile(1e-3, (naming, epsilon) => mobilenetV3({ size: 'large', naming, epsilon })),
  efficientnet_b0: mobile(1e-5, (naming, epsilon) => efficientnet({ width: 1, depth: 1, naming, epsilon })),
  efficientnet_b4: mobile(1e-5, (naming, epsilon) => efficientnet({ width: 1.4, depth: 1.8, naming, epsilon })),
  tf_mobilenetv3_small_100: tensorflow((epsilon) =>
    mobilenetV3({ size: 'small', naming: 'timm', epsilon, same: true }),
  ),
  tf_mobilenetv3_large_100: tensorflow((epsilon) =>
    mobilenetV3({ size: 'large', naming: 'timm', epsilon, same: true }),
  ),
  tf_efficientnet_b0: tensorflow((epsilon) =>
    efficientnet({ width: 1, depth: 1, naming: 'timm', epsilon, same: true }),
  ),
  tf_efficientnet_b4: tensorflow((epsilon) =>
    efficientnet({ width: 1.4, depth: 1.8, naming: 'timm', epsilon, same: true }),
  ),
  dinov2_vits14: dinoV2({ width: 384, depth: 12, heads: 6, registers: 0 }),
  dinov2_vitb14: dinoV2({ width: 768, depth: 12, heads: 12, registers: 0 }),
  dinov2_vitl14: dinoV2({ width: 1024, depth: 24, heads: 16, registers: 0 }),
  dinov2_vitg14: dinoV2({ width: 1536, depth: 40, heads: 24, registers: 0, feedForward: 'swiglu', hidden: 4096 }),
  dinov2_vits14_reg4: dinoV2({ width: 384, depth: 12, heads: 6, registers: 4 }),
  dinov2_vitb14_reg4: dinoV2({ width: 768, depth: 12, heads: 12, registers: 4 }),
  dinov2_vitl14_reg4: dinoV2({ width: 1024, depth: 24, heads: 16, registers: 4 }),
  dinov3_vits16: dinoV3({ width: 384, depth: 12, heads: 6 }),
  dinov3_vitb16: dinoV3({ width: 768, depth: 12, heads: 12 }),
  dinov3_vitl16: dinoV3({ width: 1024, depth: 24, heads: 16 }),
  pdn_small: teacher('small'),
  pdn_medium: teacher('medium'),
};

/**
 * The network of a manifest entry.
 *
 * @throws WeightsError when the architecture or its naming is not known
 */
export function networkOf(entry: Pick<WeightsEntry, 'id' | 'arch' | 'naming' | 'bn_eps'>): Network {
  const known = Object.keys(ARCHITECTURES);
  if (!Object.hasOwn(ARCHITECTURES, entry.arch)) {
    throw new WeightsError(
      `weights "${entry.id}": the architecture "${entry.arch}" is not known${suggestion(entry.arch, known)}; known are: ${known.join(', ')}`,
    );
  }
  const { namings, build } = ARCHITECTURES[entry.arch];
  if (entry.naming === undefined || !namings.includes(entry.naming)) {
    throw new WeightsError(
      `weights "${entry.id}": the naming of ${entry.arch} must be one of ${namings.join(', ')}, got ${entry.naming ?? 'none'}`,
    );
  }
  return build(entry.naming, entry.bn_eps);
}

function residual(shape: Omit<ResnetShape, 'width' | 'epsilon'>, width = 64): Architecture {
  return {
    namings: ['torchvision', 'timm'],
    build: (_, epsilon = 1e-5) => resnet({ ...shape, width, epsilon }),
  };
}

function mobile(torchvision: number, build: (naming: MobileNaming, epsilon: number) => Network): Architecture {
  return {
    namings: ['torchvision', 'timm'],
    build: (naming, epsilon = naming === 'torchvision' ? torchvision : 1e-5) => build(naming as MobileNaming, epsilon),
  };
}

/** Trained in TensorFlow, with its padding and its epsilon, and converted by timm. */
function tensorflow(build: (epsilon: number) => Network): Architecture {
  return { namings: ['timm'], build: (_, epsilon = 1e-3) => build(epsilon) };
}

function dinoV2(shape: Pick<VitShape, 'width' | 'depth' | 'heads' | 'registers'> & Partial<VitShape>): Architecture {
  const whole: VitShape = {
    patch: 14,
    hidden: 4 * shape.width,
    feedForward: 'gelu',
    positions: { kind: 'learned', grid: 37 },
    epsilon: 1e-6,
    ...shape,
  };
  return transformer(whole);
}

function dinoV3(shape: Pick<VitShape, 'width' | 'depth' | 'heads'>): Architecture {
  return transformer({
    patch: 16,
    hidden: 4 * shape.width,
    feedForward: 'gelu',
    registers: 4,
    positions: { kind: 'rotary', base: 100 },
    epsilon: 1e-5,
    ...shape,
  });
}

function transformer(shape: VitShape): Architecture {
  return { namings: ['meta', 'timm', 'huggingface'], build: (naming) => vit(shape, naming as VitNaming) };
}

function teacher(size: 'small' | 'medium'): Architecture {
  return { namings: ['sequential', 'named'], build: (naming) => pdn({ size, naming: naming as PdnNaming }) };
}
