import type { Size } from '../../../config/size.js';
import { resample } from '../../../ops/resample.js';
import { tf, type Tensor3D, type Tensor4D } from '../../../runtime/tf.js';
import type { Parameter, ParameterValues } from '../../weights/match-parameters.js';
import { Convolution, convolutionParameters, type ConvolutionRule } from '../convolution.js';
import type { LoadedNetwork, Network } from '../network.js';
import { VitBlock, vitBlockParameters } from './block.js';
import { LayerNorm } from './layer-norm.js';
import { vitNames, type VitNames, type VitNaming } from './names.js';
import { rotaryPeriods, rotation, type Rotation } from './rotary.js';
import type { VitShape } from './shape.js';

/**
 * A vision transformer of the DINO family (Oquab et al. 2024, Siméoni et al. 2025) as a source of patch features. Taps: `patch_embed`,
 * `blocks.0` to the last block, and `norm`, the last block after the final normalisation.
 */
export function vit(shape: VitShape, naming: VitNaming): Network {
  const names = vitNames(naming, shape);
  const taps = ['patch_embed', ...blocks(shape).map((i) => `blocks.${i}`), 'norm'];
  return {
    taps: taps.map((name) => ({ name, stride: shape.patch, channels: shape.width })),
    parameters: parameters(shape, names),
    dropped: names.dropped,
    // Every patch sees the whole picture, and nothing is padded.
    margin: 0,
    load: (values, layers) => new LoadedVit(shape, names, values, layers),
  };
}

/** A vision transformer on the device. */
export class LoadedVit implements LoadedNetwork {
  private readonly patches: Convolution;
  /** Class token and registers, with the position of the class token. */
  private readonly prefix: Tensor3D;
  private readonly positions: Tensor4D | null;
  private readonly antialias: boolean;
  private readonly periods: Float32Array | null;
  private readonly blocks: readonly VitBlock[];
  private readonly norm: LayerNorm | null;

  constructor(
    shape: VitShape,
    names: VitNames,
    values: ParameterValues,
    private readonly layers: readonly string[],
  ) {
    const { epsilon, depth } = shape;
    const whole = layers.includes('norm');
    const deepest = whole ? depth : 1 + Math.max(-1, ...layers.map((layer) => Number(layer.split('.')[1] ?? -1)));
    this.patches = new Convolution(patchRule(shape, names), values);
    const { prefix, positions } = tokens(shape, names, values);
    this.prefix = prefix;
    this.positions = positions;
    this.antialias = names.antialias;
    this.periods = periodsOf(shape, names, values);
    this.blocks = blocks(shape)
      .slice(0, deepest)
      .map((i) => new VitBlock(names.block(i), shape, values));
    this.norm = whole ? new LayerNorm(values(`${names.norm}.weight`)!, values(`${names.norm}.bias`)!, epsilon) : null;
  }

  apply(x: Tensor4D): Tensor4D[] {
    return tf.tidy(() => {
      const embedded = this.patches.apply(x);
      const [n, height, width, channels] = embedded.shape;
      const tokens = this.tokens(x, embedded);
      const grid = (t: Tensor3D) =>
        t.slice([0, this.prefix.shape[1], 0], [-1, -1, -1]).reshape([n, height, width, channels]) as Tensor4D;
      return this.layers.map((layer) => (layer === 'patch_embed' ? embedded : grid(tokens.get(layer)!)));
    });
  }

  /**
   * All tokens of the layers, class token and registers first.
   *
   * @param x `[n, h, w, 3]`, normalised, borrowed
   * @param embedded its patches, where they are there already, borrowed
   * @returns `[n, prefix + patches, width]` a layer, owned by the caller
   */
  tokens(x: Tensor4D, embedded?: Tensor4D): Map<string, Tensor3D> {
    const wanted = this.layers.filter((layer) => layer !== 'patch_embed');
    const found = tf.tidy(() => {
      const patches = embedded ?? this.patches.apply(x);
      const [n, height, width, channels] = patches.shape;
      const rotated = this.periods === null ? null : rotation({ height, width }, this.periods, this.prefix.shape[1]);
      const placed = this.positions === null ? patches : patches.add(this.positionsOn({ height, width }));
      const flat = placed.reshape([n, height * width, channels]) as Tensor3D;
      return this.run(tf.concat([this.prefix.tile([n, 1, 1]) as Tensor3D, flat], 1), rotated, wanted);
    });
    return new Map(wanted.map((layer, i) => [layer, found[i]]));
  }

  dispose(): void {
    this.patches.dispose();
    for (const block of this.blocks) block.dispose();
    this.norm?.dispose();
    tf.dispose(this.positions === null ? [this.prefix] : [this.prefix, this.positions]);
  }

  private run(tokens: Tensor3D, rotated: Rotation | null, wanted: readonly string[]): Tensor3D[] {
    const found = new Map<string, Tensor3D>();
    let current = tokens;
    for (const [i, block] of this.blocks.entries()) {
      const next = block.apply(current, rotated);
      if (!wanted.includes(`blocks.${i - 1}`)) current.dispose();
      current = next;
      found.set(`blocks.${i}`, current);
    }
    if (this.norm !== null) found.set('norm', this.norm.apply(current));
    return wanted.map((layer) => found.get(layer)!);
  }

  private positionsOn(grid: Size): Tensor4D {
    return resample(this.positions!, grid, { interpolation: 'bicubic', antialias: this.antialias });
  }
}

function blocks({ depth }: VitShape): number[] {
  return Array.from({ length: depth }, (_, i) => i);
}

function patchRule({ patch, width }: VitShape, names: VitNames): ConvolutionRule {
  return { name: names.patch, from: 3, to: width, size: patch, stride: patch };
}

function parameters(shape: VitShape, names: VitNames): Parameter[] {
  const { width, heads, positions } = shape;
  const prefix = [{ name: names.classToken, shape: [1, 1, width] }];
  if (shape.registers > 0) prefix.push({ name: names.registers, shape: [1, shape.registers, width] });
  const places: Parameter[] = [];
  if (positions.kind === 'learned') {
    places.push({ name: names.positions, shape: [1, positions.grid ** 2 + (names.classHasPosition ? 1 : 0), width] });
  } else if (names.periods !== undefined) {
    places.push({ name: names.periods, shape: [width / heads / 4] });
  }
  return [
    ...prefix,
    ...places,
    ...convolutionParameters(patchRule(shape, names)),
    ...blocks(shape).flatMap((i) => vitBlockParameters(names.block(i), shape)),
    { name: `${names.norm}.weight`, shape: [width] },
    { name: `${names.norm}.bias`, shape: [width] },
  ];
}

function tokens(shape: VitShape, names: VitNames, values: ParameterValues) {
  const { width, positions, registers } = shape;
  const parts = [values(names.classToken)!, ...(registers > 0 ? [values(names.registers)!] : [])];
  const learned = positions.kind === 'learned' ? values(names.positions)! : null;
  if (learned !== null && names.classHasPosition) parts[0] = parts[0].map((value, i) => value + learned[i]);
  const flat = Float32Array.from(parts.flatMap((part) => [...part]));
  const grid = positions.kind === 'learned' ? positions.grid : 0;
  return {
    prefix: tf.tensor3d(flat, [1, 1 + registers, width]),
    positions:
      learned === null
        ? null
        : tf.tensor4d(learned.subarray(names.classHasPosition ? width : 0), [1, grid, grid, width]),
  };
}

function periodsOf({ positions, width, heads }: VitShape, names: VitNames, values: ParameterValues) {
  if (positions.kind !== 'rotary') return null;
  const stored = names.periods === undefined ? null : values(names.periods);
  return stored ?? rotaryPeriods(positions.base, width / heads);
}
