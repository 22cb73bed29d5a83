import { type Attr, type Graph, type GraphNode, type GraphPass } from './graph.js';
import { NodeIndex } from './node-index.js';

/** TensorFlow's optimiser (grappler) leaves a node with this attribute as it is. */
const AS_IT_IS: Readonly<Record<string, Attr>> = { _grappler_do_not_remove: { kind: 'bool', value: true } };

/**
 * Makes every sum one of two, in a fixed order. TensorFlow adds three tensors or more in an order that depends on whose memory happens to be free
 * by then: the sum goes into the first such tensor, which is then the first summand. With other threads at work that is another one from
 * run to run, and the last bit with it. Its optimiser may make one such sum of a tree of sums of two, so their inner ones are marked.
 */
export const orderedSums: GraphPass = (graph: Graph) => {
  const nodes = graph.nodes.flatMap(inPairs);
  const index = new NodeIndex({ ...graph, nodes });
  const isInner = (node: GraphNode) => isSum(node) && index.readersOf(node.name).some(isSum);
  return {
    ...graph,
    nodes: nodes.map((node) => (isInner(node) ? { ...node, attrs: { ...node.attrs, ...AS_IT_IS } } : node)),
  };
};

function isSum({ op }: GraphNode): boolean {
  return op === 'Add' || op === 'AddV2' || op === 'AddN';
}

/** The sum of the first two, that and the third, and so on. */
function inPairs(node: GraphNode): GraphNode[] {
  const { name, op, inputs, attrs } = node;
  if (op !== 'AddN' || inputs.length < 3) return [node];
  const [first, ...others] = inputs;
  let sum = first;
  return others.map((next, i) => {
    const pair: GraphNode = {
      ...node,
      name: i === others.length - 1 ? name : `${name}/sum_${i}`,
      op: 'AddV2',
      inputs: [sum, next],
      attrs: { T: attrs.T },
    };
    sum = { node: pair.name, index: 0 };
    return pair;
  });
}
