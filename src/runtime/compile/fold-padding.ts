import { DType, type ConstValue, type Graph, type GraphNode, type GraphPass } from './graph.js';
import { NodeIndex } from './node-index.js';
import { prune } from './prune.js';

/**
 * Makes zero padding an attribute of the convolution that follows: one pass over the picture less. Depthwise convolutions are left
 * out, for which TensorFlow's optimiser ends the process (`padDepthwise`).
 */
export const foldPadding: GraphPass = (graph: Graph) => {
  const index = new NodeIndex(graph);
  return prune({ ...graph, nodes: graph.nodes.map((node) => folded(node, index) ?? node) });
};

function folded(node: GraphNode, index: NodeIndex): GraphNode | null {
  if (node.op !== 'Conv2D' || node.attrs.padding.value !== 'VALID') return null;
  const [input, filter] = node.inputs;
  const pad = index.node(input.node);
  if (pad.op !== 'PadV2' && pad.op !== 'Pad') return null;
  const widths = index.constant(pad.inputs[1]);
  if (widths === null || widths.dtype !== DType.int32 || !isZero(pad, index)) return null;
  const sides = int32s(widths);
  const isFrame = sides.length === 8 && [0, 1, 6, 7].every((i) => sides[i] === 0) && sides.every((side) => side >= 0);
  if (!isFrame) return null;
  return {
    ...node,
    inputs: [pad.inputs[0], filter],
    attrs: {
      ...node.attrs,
      padding: { kind: 'string', value: 'EXPLICIT' },
      explicit_paddings: { kind: 'ints', value: sides },
    },
  };
}

function isZero(pad: GraphNode, index: NodeIndex): boolean {
  if (pad.op === 'Pad') return true;
  const value = index.constant(pad.inputs[2]);
  return value !== null && value.data instanceof Uint8Array && value.data.every((byte) => byte === 0);
}

function int32s({ data }: ConstValue): number[] {
  const bytes = data as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
}
