import { expect } from 'chai';
import { compile, type TensorFunction } from '../../src/runtime/compile.js';
import { orderedSums } from '../../src/runtime/compile/ordered-sums.js';
import { DType, type Graph, type GraphNode } from '../../src/runtime/compile/graph.js';
import { tf, type Tensor } from '../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../support/backends.js';

/** (1e8 - 1e8) + 1 is 1 in float32; TensorFlow adds into the one that it may overwrite, the last: (1 - 1e8) + 1e8 is 0. */
const VALUES = [1e8, -1e8, 1];
const ways: Record<string, TensorFunction> = {
  'a sum of three': ([a, b, c]) => tf.addN([a, b, tf.mul(c, 2).sub(c)]),
  'a chain of sums of two, of which an optimiser may make one of three': ([a, b, c]) =>
    a.add(b).add(tf.mul(c, 2).sub(c)),
  'a sum that goes on': ([a, b, c]) => tf.relu(a.add(b).add(tf.mul(c, 2).sub(c)).add(tf.mul(c, 0))),
};

onSynchronousBackends('sums of a compiled function', () => {
  for (const [title, fn] of Object.entries(ways)) {
    it(
      `${title} goes from left to right`,
      leavesNoTensors(async () => {
        const examples = [1, 2, 3].map((seed) => tf.randomUniform([64], 0.1, 1, 'float32', seed));
        const graph = await compile(fn, examples, { name: 'sum' });
        const inputs = VALUES.map((value) => tf.fill([64], value));
        const [sum] = graph.run(inputs);
        expect([...new Set(sum.dataSync())]).to.deep.equal([1]);
        graph.dispose();
        tf.dispose([examples, inputs, sum] as Tensor[][]);
      }),
    );
  }
});

describe('ordered sums', () => {
  const spec = { dtype: DType.float, shape: [4] };
  const node = (name: string, op: string, inputs: string[] = []): GraphNode => ({
    ...{ name, op, outputs: [spec] },
    inputs: inputs.map((one) => ({ node: one, index: 0 })),
    attrs: { T: { kind: 'type', value: DType.float } },
  });
  const leaves = ['a', 'b', 'c', 'd'].map((name) => node(name, 'Placeholder'));
  const graphOf = (nodes: GraphNode[]): Graph => ({
    ...{ nodes: [...leaves, ...nodes], inputs: ['a', 'b', 'c', 'd'], held: [] },
    outputs: [nodes.at(-1)!.name],
  });
  const told = (graph: Graph) =>
    orderedSums(graph)
      .nodes.slice(leaves.length)
      .map(({ name, op, inputs, attrs }) => {
        const marked = '_grappler_do_not_remove' in attrs ? '!' : '';
        return `${name}${marked} = ${op}(${inputs.map((ref) => ref.node).join(' ')})`;
      });

  it('are pairs, the earlier of which no optimiser joins', () => {
    expect(told(graphOf([node('sum', 'AddN', ['a', 'b', 'c', 'd'])]))).to.deep.equal([
      'sum/sum_0! = AddV2(a b)',
      'sum/sum_1! = AddV2(sum/sum_0 c)',
      'sum = AddV2(sum/sum_1 d)',
    ]);
    const chain = [node('x', 'Add', ['a', 'b']), node('y', 'AddV2', ['x', 'c']), node('z', 'Relu', ['y'])];
    expect(told(graphOf(chain))).to.deep.equal(['x! = Add(a b)', 'y = AddV2(x c)', 'z = Relu(y)']);
  });

  it('stay as they are where there are two summands', () => {
    const alone = [node('sum', 'AddN', ['a', 'b']), node('one', 'AddN', ['c']), node('end', 'Mul', ['sum', 'one'])];
    expect(told(graphOf(alone))).to.deep.equal(['sum = AddN(a b)', 'one = AddN(c)', 'end = Mul(sum one)']);
  });
});
