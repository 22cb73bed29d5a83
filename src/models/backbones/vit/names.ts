import type { VitShape } from './shape.js';

/** Whose names a checkpoint of a vision transformer has. */
export type VitNaming = 'meta' | 'timm' | 'huggingface';

interface LinearNames {
  readonly weight: string;
  readonly bias: string;
}

/** Where the queries and the values of a joint projection have biases of their own, and the keys have none. */
interface ApartBiases {
  readonly query: string;
  readonly value: string;
}

export interface VitBlockNames {
  readonly norm1: string;
  /** One joint projection, or three: queries, keys, values. */
  readonly attention: readonly LinearNames[];
  /** In place of the joint bias, where the checkpoint has these. */
  readonly apart?: ApartBiases;
  /** Values by which the joint bias is multiplied. */
  readonly biasMask?: string;
  readonly project: string;
  readonly scale1: string;
  readonly norm2: string;
  /** Into the feed-forward layer, and out of it. */
  readonly into: string;
  readonly out: string;
  readonly scale2: string;
}

export interface VitNames {
  readonly classToken: string;
  readonly registers: string;
  readonly positions: string;
  /** The table of positions begins with that of the class token. */
  readonly classHasPosition: boolean;
  /** How the publisher's own code resamples the table to another grid: with antialiasing (and the cubic that goes with it), or not. */
  readonly antialias: boolean;
  readonly patch: string;
  readonly periods?: string;
  readonly norm: string;
  /** Tensors that features do not need. */
  readonly dropped: RegExp;
  block(i: number): VitBlockNames;
}

/** The names of DINOv2 and DINOv3 as their authors, timm and transformers publish them. */
export function vitNames(naming: VitNaming, shape: VitShape): VitNames {
  const rotary = shape.positions.kind === 'rotary';
  if (naming === 'huggingface') return rotary ? huggingfaceDinoV3() : huggingfaceDinoV2(shape);
  const timm = naming === 'timm';
  return {
    classToken: 'cls_token',
    registers: timm ? 'reg_token' : rotary ? 'storage_tokens' : 'register_tokens',
    positions: 'pos_embed',
    // timm adds the position of the class token to the token itself where there are registers.
    classHasPosition: !(timm && shape.registers > 0),
    antialias: timm || shape.registers > 0,
    patch: 'patch_embed.proj',
    periods: rotary && !timm ? 'rope_embed.periods' : undefined,
    norm: 'norm',
    dropped: /^(mask_token|head\.(weight|bias))$/,
    block: (i) => originalBlock(`blocks.${i}`, shape, { rotary, timm }),
  };
}

function originalBlock(
  prefix: string,
  { feedForward }: VitShape,
  { rotary, timm }: { rotary: boolean; timm: boolean },
): VitBlockNames {
  const weight = `${prefix}.attn.qkv.weight`;
  const swiglu = feedForward === 'swiglu' && !timm;
  const scale = (n: number) => (rotary && timm ? `${prefix}.gamma_${n}` : `${prefix}.ls${n}.gamma`);
  return {
    norm1: `${prefix}.norm1`,
    attention: [{ weight, bias: `${prefix}.attn.qkv.bias` }],
    apart: rotary && timm ? { query: `${prefix}.attn.q_bias`, value: `${prefix}.attn.v_bias` } : undefined,
    biasMask: rotary && !timm ? `${prefix}.attn.qkv.bias_mask` : undefined,
    project: `${prefix}.attn.proj`,
    scale1: scale(1),
    norm2: `${prefix}.norm2`,
    into: swiglu ? `${prefix}.mlp.w12` : `${prefix}.mlp.fc1`,
    out: swiglu ? `${prefix}.mlp.w3` : `${prefix}.mlp.fc2`,
    scale2: scale(2),
  };
}

function huggingfaceDinoV2({ feedForward, registers }: VitShape): VitNames {
  return {
    classToken: 'embeddings.cls_token',
    registers: 'embeddings.register_tokens',
    positions: 'embeddings.position_embeddings',
    classHasPosition: true,
    antialias: registers > 0,
    patch: 'embeddings.patch_embeddings.projection',
    norm: 'layernorm',
    dropped: /^embeddings\.mask_token$/,
    block: (i) => {
      const prefix = `encoder.layer.${i}`;
      const swiglu = feedForward === 'swiglu';
      return {
        norm1: `${prefix}.norm1`,
        attention: ['query', 'key', 'value'].map((part) => linear(`${prefix}.attention.attention.${part}`)),
        project: `${prefix}.attention.output.dense`,
        scale1: `${prefix}.layer_scale1.lambda1`,
        norm2: `${prefix}.norm2`,
        into: swiglu ? `${prefix}.mlp.weights_in` : `${prefix}.mlp.fc1`,
        out: swiglu ? `${prefix}.mlp.weights_out` : `${prefix}.mlp.fc2`,
        scale2: `${prefix}.layer_scale2.lambda1`,
      };
    },
  };
}

function huggingfaceDinoV3(): VitNames {
  return {
    classToken: 'embeddings.cls_token',
    registers: 'embeddings.register_tokens',
    positions: '',
    classHasPosition: false,
    antialias: false,
    patch: 'embeddings.patch_embeddings',
    norm: 'norm',
    dropped: /^embeddings\.mask_token$/,
    block: (i) => {
      const prefix = `layer.${i}`;
      return {
        norm1: `${prefix}.norm1`,
        attention: ['q', 'k', 'v'].map((part) => linear(`${prefix}.attention.${part}_proj`)),
        project: `${prefix}.attention.o_proj`,
        scale1: `${prefix}.layer_scale1.lambda1`,
        norm2: `${prefix}.norm2`,
        into: `${prefix}.mlp.up_proj`,
        out: `${prefix}.mlp.down_proj`,
        scale2: `${prefix}.layer_scale2.lambda1`,
      };
    },
  };
}

const linear = (name: string): LinearNames => ({ weight: `${name}.weight`, bias: `${name}.bias` });
