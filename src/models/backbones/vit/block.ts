import { tf, type Tensor3D, type Tensor4D } from '../../../runtime/tf.js';
import type { Parameter, ParameterValues } from '../../weights/match-parameters.js';
import { activate } from '../activation.js';
import { LayerNorm } from './layer-norm.js';
import { Linear, type LinearValues } from './linear.js';
import type { VitBlockNames } from './names.js';
import { rotate, type Rotation } from './rotary.js';
import type { VitShape } from './shape.js';

/** What a block reads from its checkpoint. */
export function vitBlockParameters(names: VitBlockNames, shape: VitShape): Parameter[] {
  const { width, hidden } = shape;
  const entering = intoWidth(shape);
  const joint = 3 / names.attention.length;
  // The trainings with rotary positions ended with biases of zero, and some checkpoints leave them out.
  const optional = (group: string) => (shape.positions.kind === 'rotary' ? group : undefined);
  const vector = (name: string): Parameter => ({ name, shape: [width] });
  const linear = (name: string, from: number, to: number): Parameter[] => [
    { name: `${name}.weight`, shape: [to, from] },
    { name: `${name}.bias`, shape: [to] },
  ];
  return [
    ...[names.norm1, names.norm2].flatMap((norm) => [vector(`${norm}.weight`), vector(`${norm}.bias`)]),
    ...names.attention.flatMap(({ weight, bias }, i) => [
      { name: weight, shape: [joint * width, width] },
      // transformers leaves out those of the keys alone
      { name: bias, shape: [joint * width], optional: optional(i === 1 ? 'key biases' : 'biases') },
    ]),
    ...(names.apart === undefined
      ? []
      : Object.values(names.apart).map((name) => ({ name, shape: [width], optional: optional('biases apart') }))),
    ...(names.biasMask === undefined
      ? []
      : [{ name: names.biasMask, shape: [3 * width], optional: optional('biases') }]),
    ...linear(names.project, width, width),
    vector(names.scale1),
    ...linear(names.into, width, entering),
    ...linear(names.out, hidden, width),
    vector(names.scale2),
  ];
}

/** One block of a vision transformer (Dosovitskiy et al. 2021) with layer scale (Touvron et al. 2021). */
export class VitBlock {
  private readonly norm1: LayerNorm;
  private readonly attention: readonly Linear[];
  private readonly project: Linear;
  private readonly norm2: LayerNorm;
  private readonly into: Linear;
  private readonly out: Linear;

  constructor(
    names: VitBlockNames,
    private readonly shape: VitShape,
    values: ParameterValues,
  ) {
    const { width, hidden, heads, epsilon } = shape;
    const norm = (name: string) => new LayerNorm(values(`${name}.weight`)!, values(`${name}.bias`)!, epsilon);
    const linear = (name: string, from: number, to: number): LinearValues => ({
      weight: values(`${name}.weight`)!,
      bias: values(`${name}.bias`)!,
      from,
      to,
    });
    const scaled = (name: string, from: number, scale: Float32Array) =>
      new Linear(linear(name, from, width), (o) => scale[o]);
    this.norm1 = norm(names.norm1);
    this.norm2 = norm(names.norm2);
    this.attention = projections(names, width, values).map(
      (part, i) => new Linear(part, () => (i === 0 ? 1 / Math.sqrt(width / heads) : 1)),
    );
    this.project = scaled(names.project, width, values(names.scale1)!);
    this.into = new Linear(linear(names.into, width, intoWidth(shape)));
    this.out = scaled(names.out, hidden, values(names.scale2)!);
  }

  /**
   * @param x tokens `[n, t, width]`, borrowed
   * @returns `[n, t, width]`, owned by the caller
   */
  apply(x: Tensor3D, rotation: Rotation | null): Tensor3D {
    return tf.tidy(() => {
      const seen = x.add(this.project.apply(this.attend(this.norm1.apply(x), rotation))) as Tensor3D;
      return seen.add(this.out.apply(this.feed(this.norm2.apply(seen)))) as Tensor3D;
    });
  }

  dispose(): void {
    for (const part of [this.norm1, this.norm2, ...this.attention, this.project, this.into, this.out]) part.dispose();
  }

  private attend(x: Tensor3D, rotation: Rotation | null): Tensor3D {
    const { heads, width } = this.shape;
    const [n, t] = x.shape;
    const [q, k, v] = this.attention.map((linear) =>
      linear
        .apply(x)
        .reshape([n, t, heads, width / heads])
        .transpose([0, 2, 1, 3]),
    ) as Tensor4D[];
    const [queries, keys] = rotation === null ? [q, k] : [rotate(q, rotation), rotate(k, rotation)];
    // The keys are turned by themselves: wasm multiplies by a transposed matrix many times slower.
    const weights = tf.softmax(queries.matMul(keys.transpose([0, 1, 3, 2])));
    return weights.matMul(v).transpose([0, 2, 1, 3]).reshape([n, t, width]) as Tensor3D;
  }

  private feed(x: Tensor3D): Tensor3D {
    const inside = this.into.apply(x);
    if (this.shape.feedForward === 'gelu') return activate(inside, 'gelu');
    // Shazeer, GLU Variants Improve Transformer, 2020.
    const [gate, passed] = tf.split(inside, 2, 2);
    return activate(gate, 'silu').mul(passed) as Tensor3D;
  }
}

function intoWidth({ feedForward, hidden }: VitShape): number {
  return feedForward === 'swiglu' ? 2 * hidden : hidden;
}

/** Queries, keys and values apart, whether the checkpoint has them joined or not. */
function projections(names: VitBlockNames, width: number, values: ParameterValues): LinearValues[] {
  const mask = names.biasMask === undefined ? null : values(names.biasMask);
  const stored = names.attention.map(({ weight, bias }) => {
    const raw = values(bias) ?? withoutKeys(names, width, values);
    return { weight: values(weight)!, bias: raw === null || mask === null ? raw : raw.map((b, i) => b * mask[i]) };
  });
  if (stored.length === 3) return stored.map((part) => ({ ...part, from: width, to: width }));
  const [{ weight, bias }] = stored;
  return [0, 1, 2].map((i) => ({
    weight: weight.subarray(i * width * width, (i + 1) * width * width),
    bias: bias?.subarray(i * width, (i + 1) * width) ?? null,
    from: width,
    to: width,
  }));
}

/** The joint bias of a checkpoint that has those of queries and values alone, or null. */
function withoutKeys({ apart }: VitBlockNames, width: number, values: ParameterValues): Float32Array | null {
  const [query, value] = apart === undefined ? [null, null] : [values(apart.query), values(apart.value)];
  if (query === null && value === null) return null;
  const joint = new Float32Array(3 * width);
  if (query !== null) joint.set(query);
  if (value !== null) joint.set(value, 2 * width);
  return joint;
}
