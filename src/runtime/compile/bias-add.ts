import { DType, type Graph, type GraphNode, type GraphPass } from './graph.js';
import { NodeIndex } from './node-index.js';

const PRODUCTS = new Set(['Conv2D', 'DepthwiseConv2dNative', 'MatMul']);

/**
 * Names the addition of one constant a channel after a convolution or a product for what it is. TensorFlow's optimiser then takes the
 * bias, a residual sum and the activation that follow into the same call; behind a plain addition it stops.
 */
export const biasAdd: GraphPass = (graph: Graph) => {
  const index = new NodeIndex(graph);
  return { ...graph, nodes: graph.nodes.map((node) => asBias(node, index) ?? node) };
};

function asBias(node: GraphNode, index: NodeIndex): GraphNode | null {
  if ((node.op !== 'Add' && node.op !== 'AddV2') || node.outputs[0].dtype !== DType.float) return null;
  const [product, bias] = node.inputs;
  const { op, attrs, outputs } = index.node(product.node);
  if (!PRODUCTS.has(op) || (attrs.data_format?.value ?? 'NHWC') !== 'NHWC') return null;
  const shape = index.constant(bias)?.shape;
  if (shape?.length !== 1 || shape[0] !== outputs[0].shape.at(-1)) return null;
  return { ...node, op: 'BiasAdd', attrs: { T: node.attrs.T, data_format: { kind: 'string', value: 'NHWC' } } };
}
