import { expect } from 'chai';
import { resnet } from '../../src/models/backbones/resnet.js';
import { matchParameters } from '../../src/models/weights/match-parameters.js';
import { compile, type TensorFunction } from '../../src/runtime/compile.js';
import { whyNotBfloat16 } from '../../src/runtime/compile/bfloat16-support.js';
import { bfloat16 } from '../../src/runtime/compile/bfloat16.js';
import { compiled } from '../../src/runtime/compile/compiled.js';
import { type Graph, type GraphNode } from '../../src/runtime/compile/graph.js';
import { lowPrecision } from '../../src/runtime/compile/low-precision.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '../../src/runtime/tf.js';
import { backends, leavesNoTensors, onSynchronousBackends } from '../support/backends.js';
import { hashedCheckpoint } from '../support/golden-backbones.js';
import type { HashedTensor } from '../support/hash-weights.js';

const BFLOAT16 = 14;
const FLOAT = 1;

/** Two blocks of a ResNet with a stem, whose features have the magnitudes of a trained one. */
function network() {
  const net = resnet({ block: 'basic', blocks: [1, 1], width: 16, epsilon: 1e-5 });
  const rule = (name: string, shape: readonly number[]) => {
    if (shape.length === 4) return `sqrt(3/${shape[1] * shape[2] * shape[3]})*s`;
    return /var|weight/.test(name) ? '0.5+0.5*u' : '0.1*s';
  };
  const tensors = net.parameters.map(({ name, shape }): HashedTensor => ({ name, shape, rule: rule(name, shape) }));
  return net.load(matchParameters(hashedCheckpoint(tensors), net.parameters, net.dropped), ['layer1', 'layer2']);
}

const nativeCan = backends.includes('tensorflow') && (await startRuntime('tensorflow')) && whyNotBfloat16() === null;

onSynchronousBackends('bfloat16', (backend) => {
  const able = backend === 'tensorflow' && nativeCan;

  it(
    'gives the features of float32 as far as it goes, or is float32 where it cannot be had',
    leavesNoTensors(async () => {
      const net = network();
      const fn: TensorFunction = ([x]) => lowPrecision(() => net.apply(x as Tensor4D));
      const x = tf.randomNormal([2, 64, 64, 3], 0, 1, 'float32', 5);
      const exact = compiled(fn);
      const low = compiled(fn, { precision: 'bfloat16' });
      const [want, got] = [await exact.run([x]), await low.run([x])];
      for (const [k, tensor] of want.entries()) {
        const error = relativeError(got[k], tensor);
        expect(got[k].dtype).to.equal('float32');
        if (able) expect(error).to.be.within(1e-4, 1e-2);
        else expect(error).to.equal(0);
      }
      expect(exact.whyFloat32).to.equal(null);
      if (able) expect(low.whyFloat32).to.equal(null);
      else expect(low.whyFloat32).to.match(/has no graphs|no bfloat16 instructions/);
      tf.dispose([x, ...want, ...got]);
      exact.dispose();
      low.dispose();
      await new Promise(setImmediate);
      net.dispose();
    }),
  );

  if (!able) return;

  it(
    'gives every picture the same, alone, among others, and again',
    leavesNoTensors(async () => {
      const net = network();
      const fn = compiled(([x]) => lowPrecision(() => net.apply(x as Tensor4D)), { precision: 'bfloat16' });
      const batch = tf.randomNormal([5, 64, 64, 3], 0, 1, 'float32', 6) as Tensor4D;
      const together = await fn.run([batch]);
      const again = await fn.run([batch]);
      for (const [k, tensor] of together.entries()) expect(relativeError(again[k], tensor)).to.equal(0);
      for (let i = 0; i < 5; i++) {
        const one = batch.slice([i, 0, 0, 0], [1, -1, -1, -1]);
        const alone = await fn.run([one]);
        for (const [k, tensor] of together.entries()) {
          const same = (tensor as Tensor4D).slice([i, 0, 0, 0], [1, -1, -1, -1]);
          expect(relativeError(alone[k], same), `picture ${i}`).to.equal(0);
          same.dispose();
        }
        tf.dispose([one, ...alone]);
      }
      tf.dispose([batch, ...together, ...again]);
      fn.dispose();
      await new Promise(setImmediate);
      net.dispose();
    }),
  );

  it(
    'gives every picture the same where positions have the shape of one picture',
    leavesNoTensors(async () => {
      const filter = tf.randomNormal([3, 3, 4, 32], 0, 0.1, 'float32', 10) as Tensor4D;
      const bias = tf.randomNormal([32], 0, 1, 'float32', 11) as Tensor1D;
      const positions = tf.randomNormal([1, 16, 16, 32], 0, 1, 'float32', 12);
      const fn = compiled(
        ([x]) =>
          lowPrecision(() =>
            tf.fused.conv2d({ x: x as Tensor4D, filter, bias, strides: 1, pad: 'same' }).add(positions),
          ),
        { precision: 'bfloat16' },
      );
      const batch = tf.randomNormal([2, 16, 16, 4], 0, 1, 'float32', 13) as Tensor4D;
      const one = batch.slice(1, 1);
      const [[together], [alone]] = [await fn.run([batch]), await fn.run([one])];
      const same = together.slice(1, 1);
      expect(relativeError(alone, same)).to.equal(0);
      expect(fn.whyFloat32).to.equal(null);
      fn.dispose();
      await new Promise(setImmediate);
      tf.dispose([filter, bias, positions, batch, one, together, alone, same]);
    }),
  );

  it(
    'is right for convolutions of any number of channels',
    leavesNoTensors(async () => {
      for (const from of [1, 2, 3, 5, 6, 7, 9, 15, 17]) {
        const filter = tf.randomNormal([3, 3, from, 33], 0, 0.2, 'float32', 14) as Tensor4D;
        const fn: TensorFunction = ([x]) => lowPrecision(() => tf.conv2d(x as Tensor4D, filter, 1, 'same'));
        const x = tf.randomNormal([1, 24, 24, from], 0, 1, 'float32', 15);
        const low = compiled(fn, { precision: 'bfloat16' });
        const [[got], want] = [await low.run([x]), tf.tidy(() => fn([x]) as Tensor)];
        expect(relativeError(got, want), `${from} channels`).to.be.below(1e-2);
        expect(low.whyFloat32, `${from} channels`).to.equal(null);
        low.dispose();
        await new Promise(setImmediate);
        tf.dispose([filter, x, got, want]);
      }
    }),
  );

  it(
    'leaves distances alone, which are not marked',
    leavesNoTensors(async () => {
      const rows = tf.randomNormal([40, 16], 0, 1, 'float32', 7) as Tensor2D;
      const mix = tf.randomNormal([3, 16], 0, 1, 'float32', 8) as Tensor2D;
      let graph: Graph | null = null;
      const fn: TensorFunction = ([x]) => {
        const features = lowPrecision(() => tf.relu(tf.matMul(x as Tensor2D, mix)));
        return [features, tf.matMul(features, rows, false, true)];
      };
      const x = tf.randomNormal([9, 3], 0, 1, 'float32', 9);
      const made = await compile(fn, [x], { precision: 'bfloat16', passes: [(g) => (graph = g)] });
      const [features, products] = made.run([x]);
      const want = tf.matMul(features as Tensor2D, rows, false, true);
      expect(made.precision).to.equal('bfloat16');
      expect(relativeError(products, want)).to.be.below(1e-6);
      const types = graph!.nodes.filter(({ op }) => /MatMul|Relu/.test(op)).map(({ op, attrs }) => [op, attrs.T.value]);
      expect(types).to.deep.equal([['BatchMatMulV2', BFLOAT16], ['Relu', BFLOAT16], ['BatchMatMulV2', FLOAT]]); // prettier-ignore
      made.dispose();
      tf.dispose([rows, mix, x, features, products, want]);
    }),
  );

  it(
    'says why a graph that strays too far runs in float32',
    leavesNoTensors(async () => {
      const w = tf.tensor2d([[1 / 3]]);
      const fn = compiled(([x]) => lowPrecision(() => tf.matMul(x as Tensor2D, w)), {
        precision: 'bfloat16',
        tolerance: 1e-5,
        name: 'third',
      });
      const x = tf.tensor2d([[1]]);
      const [out] = await fn.run([x]);
      expect([...out.dataSync()]).to.deep.equal([Math.fround(1 / 3)]);
      expect(fn.why).to.equal(null);
      expect(fn.whyFloat32).to.match(/^third: the recorded graph does not repeat the function/);
      fn.dispose();
      tf.dispose([w, x, out]);
    }),
  );
});

describe('the bfloat16 pass', () => {
  const node = (name: string, op: string, inputs: string[], more: Partial<GraphNode> = {}): GraphNode => ({
    name,
    op,
    inputs: inputs.map((source) => ({ node: source, index: 0 })),
    attrs: { T: { kind: 'type', value: FLOAT } },
    outputs: [{ dtype: FLOAT, shape: [1, 2] }],
    lowPrecision: true,
    ...more,
  });
  const constant = (name: string, values: number[]): GraphNode => {
    const value = { dtype: FLOAT, shape: [1, 2], data: new Uint8Array(Float32Array.from(values).buffer) };
    const attrs = { dtype: { kind: 'type', value: FLOAT }, value: { kind: 'tensor', value } } as const;
    return node(name, 'Const', [], { attrs });
  };
  const graphOf = (...nodes: GraphNode[]): Graph => ({ nodes, inputs: ['x'], held: [], outputs: [nodes.at(-1)!.name] });

  it('casts at the borders, once, and rounds constants when it is made', () => {
    const graph = bfloat16(
      graphOf(
        node('x', 'Placeholder', []),
        constant('w', [1.00390625, 1.01171875]), // halfway between two neighbours, whose even one is below and above
        node('a', 'MatMul', ['x', 'w']),
        node('b', 'MatMul', ['x', 'w']),
        node('sum', 'AddV2', ['a', 'b']),
        node('root', 'Sqrt', ['sum']),
        node('y', 'Identity', ['root'], { lowPrecision: false }),
      ),
    );
    expect(graph.nodes.map(({ name, inputs }) => [name, ...inputs.map((ref) => ref.node)].join(' '))).to.deep.equal([
      'x',
      'x_0_bfloat16 x',
      'w_0_bfloat16',
      'a x_0_bfloat16 w_0_bfloat16',
      'b x_0_bfloat16 w_0_bfloat16',
      'sum a b',
      'sum_0_float sum',
      'root sum_0_float',
      'y root',
    ]);
    const { value } = graph.nodes[2].attrs;
    const data = value.kind === 'tensor' ? (value.value.data as Uint8Array) : new Uint8Array();
    expect([...new Uint16Array(data.buffer)]).to.deep.equal([0x3f80, 0x3f82]);
    expect(typesOf(graph)).to.include({ a: BFLOAT16, b: BFLOAT16, sum: BFLOAT16, root: FLOAT });
  });

  it('leaves convolutions of an odd number of channels as they are', () => {
    const shaped = (name: string, channels: number) =>
      node(name, 'Placeholder', [], { outputs: [{ dtype: FLOAT, shape: [1, 4, 4, channels] }] });
    const low = (channels: number) =>
      typesOf(bfloat16(graphOf(shaped('x', channels), constant('w', [1, 2]), node('y', 'Conv2D', ['x', 'w'])))).y;
    expect([1, 2, 3, 4].map(low)).to.deep.equal([FLOAT, BFLOAT16, FLOAT, BFLOAT16]);
  });

  it('starts with a product: cheap operations on float32 alone stay', () => {
    const graph = graphOf(
      node('x', 'Placeholder', []),
      node('r', 'Relu', ['x']),
      node('y', 'Identity', ['r'], { lowPrecision: false }),
    );
    expect(bfloat16(graph)).to.deep.equal(graph);
  });
});

function typesOf(graph: Graph): Record<string, unknown> {
  return Object.fromEntries(graph.nodes.map(({ name, attrs }) => [name, attrs.T?.value]));
}

function relativeError(got: Tensor, want: Tensor): number {
  const [a, b] = [got.dataSync(), want.dataSync()];
  let [difference, largest] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    largest = Math.max(largest, Math.abs(b[i]));
  }
  return difference / largest;
}
