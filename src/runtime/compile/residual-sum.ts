import { DType, type Graph, type GraphNode, type GraphPass } from './graph.js';
import { NodeIndex } from './node-index.js';

/**
 * Writes the sum of a product's result and another tensor of its shape as `AddN`, which says that nothing is broadcast. TensorFlow's
 * optimiser then takes the sum into the call of the product; with a plain addition it does so only where it can prove the shapes
 * itself, which it cannot behind a strided convolution.
 */
export const residualSum: GraphPass = (graph: Graph) => {
  const index = new NodeIndex(graph);
  return { ...graph, nodes: graph.nodes.map((node) => asSum(node, index) ?? node) };
};

function asSum(node: GraphNode, index: NodeIndex): GraphNode | null {
  if ((node.op !== 'Add' && node.op !== 'AddV2') || node.outputs[0].dtype !== DType.float) return null;
  if (node.inputs.some((ref) => index.spec(ref).shape.join() !== node.outputs[0].shape.join())) return null;
  const summands = node.inputs.map((ref) => index.node(ref.node).op);
  if (!summands.includes('BiasAdd') || summands.includes('Const')) return null;
  return { ...node, op: 'AddN', attrs: { T: node.attrs.T, N: { kind: 'int', value: node.inputs.length } } };
}
