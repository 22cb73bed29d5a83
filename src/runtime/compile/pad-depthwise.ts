import { DType, type Graph, type GraphNode, type GraphPass, type TensorSpec } from './graph.js';

/**
 * Writes the padding in pixels of a depthwise convolution as an operation of its own. TensorFlow's graph optimiser joins the
 * convolution with what follows and then ends the process (a failed check in `tensor_format.h`, seen with 2.21) when the
 * padding is an attribute.
 */
export const padDepthwise: GraphPass = (graph: Graph) => {
  const specOf = new Map(graph.nodes.map((node) => [node.name, node.outputs]));
  return { ...graph, nodes: graph.nodes.flatMap((node) => withPaddingApart(node, specOf)) };
};

function withPaddingApart(node: GraphNode, specOf: ReadonlyMap<string, readonly TensorSpec[]>): GraphNode[] {
  const { padding, explicit_paddings: explicit, ...rest } = node.attrs;
  if (node.op !== 'DepthwiseConv2dNative' || padding?.value !== 'EXPLICIT' || explicit?.kind !== 'ints') return [node];
  const [input, filter] = node.inputs;
  const given = (specOf.get(input.node) as readonly TensorSpec[])[input.index];
  const widths: GraphNode = {
    name: `${node.name}/paddings`,
    op: 'Const',
    inputs: [],
    attrs: {
      dtype: { kind: 'type', value: DType.int32 },
      value: {
        kind: 'tensor',
        value: { dtype: DType.int32, shape: [4, 2], data: new Uint8Array(Int32Array.from(explicit.value).buffer) },
      },
    },
    outputs: [{ dtype: DType.int32, shape: [4, 2] }],
  };
  const pad: GraphNode = {
    name: `${node.name}/pad`,
    op: 'Pad',
    inputs: [input, { node: widths.name, index: 0 }],
    attrs: { T: node.attrs.T, Tpaddings: { kind: 'type', value: DType.int32 } },
    outputs: [
      { dtype: given.dtype, shape: given.shape.map((n, i) => n + explicit.value[2 * i] + explicit.value[2 * i + 1]) },
    ],
  };
  const valid = { ...rest, padding: { kind: 'string', value: 'VALID' } } as const;
  return [widths, pad, { ...node, inputs: [{ node: pad.name, index: 0 }, filter], attrs: valid }];
}
