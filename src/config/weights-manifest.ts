import {
  NonEmptyString,
  nullable,
  oneOf,
  optional,
  PositiveInteger,
  PositiveNumber,
  FiniteNumber,
  refine,
  Sha256,
  strict,
  t,
  Unit,
  withDefault,
} from './codec.js';
import { RelativePath } from './relative-path.js';
import { SizeCodec } from './size.js';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const THREE = { minItems: 3, maxItems: 3 };
const PerChannel = <A>(codec: t.Type<A>) =>
  refine('list of 3 numbers (R, G, B)', t.array(codec), (a) => a.length === 3, THREE);

/** A place in a network where features can be taken. */
const Tap = strict('Tap', {
  /** The layer's name in the model file. */
  layer: NonEmptyString,
  /** Pixels of the input that lie between two neighbouring features. */
  stride: PositiveInteger,
  channels: PositiveInteger,
});

/** What a backbone gives for a picture that a formula makes, so that another machine can prove that it computes the same. */
export const Probe = strict('Probe', {
  /** `hash`: noise without a pattern; `ramp`: brightness that grows to the right (R), downwards (G) and along both (B). */
  input: strict('ProbeInput', { kind: oneOf(['hash', 'ramp']), size: SizeCodec }),
  /** The largest difference that passes, relative to the `largest` of the tap. */
  tolerance: withDefault(PositiveNumber, 1e-3),
  taps: t.array(
    strict('ProbedTap', {
      layer: NonEmptyString,
      /** Height, width, channels. */
      shape: refine('list of 3 whole numbers', t.array(PositiveInteger), (a) => a.length === 3, THREE),
      mean: FiniteNumber,
      /** The largest absolute value. */
      largest: PositiveNumber,
      /** At places evenly apart from the first value to the last. */
      values: t.array(FiniteNumber),
    }),
  ),
});
export type Probe = t.TypeOf<typeof Probe>;

/**
 * One entry of the weights manifest: a checkpoint that the package knows but does not contain. The tag matters as much as the
 * architecture: two trainings of one network give different features.
 */
export const WeightsEntry = strict('WeightsEntry', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1, { const: 1 }),
  id: refine('id of letters, digits, ".", "_" and "-"', t.string, (id) => ID.test(id), { pattern: ID.source }),
  arch: NonEmptyString,
  /** Which training of the architecture this is. */
  tag: NonEmptyString,
  /**
   * `tfjs_layers` and `tfjs_graph` are a `model.json` with its shards; the first file is the `model.json`. `safetensors` and `npz` are
   * one file with the weights of a PyTorch network, which the package builds by `arch`.
   */
  format: oneOf(['tfjs_layers', 'tfjs_graph', 'safetensors', 'npz']),
  /** The folder in which the checkpoint is usually kept; searched beside the id. */
  folder: optional(RelativePath),
  /** Where the manifest does not know the hash (null), the user pins it: `PATH.sha256` beside the file holds it. */
  files: refine(
    'list of one file or more',
    t.array(strict('WeightsFile', { path: RelativePath, sha256: nullable(Sha256), bytes: nullable(PositiveInteger) })),
    (files) => files.length > 0,
    { minItems: 1 },
  ),
  /** Whose names the tensors of the file have. */
  naming: optional(oneOf(['torchvision', 'timm', 'meta', 'huggingface', 'sequential', 'named'])),
  /** Epsilon of the batch normalisation of a PyTorch network, where it is not the usual one of its architecture. */
  bn_eps: optional(PositiveNumber),
  /** How the checkpoint saw its pictures in training. */
  input: strict('WeightsInput', {
    size: SizeCodec,
    crop_pct: Unit,
    interpolation: oneOf(['bilinear', 'bicubic', 'area']),
    antialias: t.boolean,
    /** Both sides of a picture must be a multiple of this. */
    multiple: withDefault(PositiveInteger, 1),
  }),
  /** The network sees `(x * scale - mean) / std` of RGB values x from 0 to 255. */
  scale: PositiveNumber,
  mean: PerChannel(FiniteNumber),
  std: PerChannel(PositiveNumber),
  /** Of a tfjs model; those of a PyTorch network follow from its architecture. */
  taps: withDefault(t.array(Tap), []),
  probe: optional(Probe),
  license: NonEmptyString,
  origin: NonEmptyString,
  notes: withDefault(t.string, ''),
});
export type WeightsEntry = t.TypeOf<typeof WeightsEntry>;
/** How the tensors of a checkpoint are named. */
export type Naming = NonNullable<WeightsEntry['naming']>;

/** Whether a format holds the tensors of a PyTorch network, as opposed to a whole tfjs model. */
export function isTensorFormat(format: WeightsEntry['format']): format is 'safetensors' | 'npz' {
  return format === 'safetensors' || format === 'npz';
}
