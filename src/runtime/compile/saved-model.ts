import { UnsupportedBackendError } from '../../errors.js';
import { DType, type Attr, type ConstValue, type Graph, type TensorSpec } from './graph.js';
import { SavedModelMessage } from './messages.js';

/** Protocol buffers end at 2 GB; a little is left for everything that is not a constant. */
const MOST_BYTES = 2 ** 31 - 2 ** 24;

/** The GraphDef version that TensorFlow 2.9 and later write. Older numbers make it apply rules of older graphs. */
const PRODUCER = 987;

/**
 * A graph as the bytes of a `saved_model.pb` with the tag `serve` and the signature `serving_default`.
 *
 * @throws UnsupportedBackendError if the constants together reach 2 GB
 */
export function savedModelBytes(graph: Graph, name: string): Uint8Array {
  const size = constantBytes(graph);
  if (size > MOST_BYTES) {
    throw new UnsupportedBackendError(
      `${name}: cannot be compiled because its weights and constants take ${(size / 2 ** 30).toFixed(2)} GB, and a graph holds less than 2 GB`,
    );
  }
  const node = graph.nodes.map(({ name, op, inputs, attrs }) => ({
    name,
    op,
    input: inputs.map((ref) => (ref.index === 0 ? ref.node : `${ref.node}:${ref.index}`)),
    attr: Object.fromEntries(Object.entries(attrs).map(([key, attr]) => [key, attrValue(attr)])),
  }));
  const signature = {
    inputs: tensorInfos(graph, graph.inputs, 'input'),
    outputs: tensorInfos(graph, graph.outputs, 'output'),
    method_name: 'tensorflow/serving/predict',
  };
  const meta = {
    meta_info_def: { tags: ['serve'] },
    graph_def: { node, versions: { producer: PRODUCER } },
    signature_def: { serving_default: signature },
  };
  return SavedModelMessage.encode({ saved_model_schema_version: 1, meta_graphs: [meta] }).finish();
}

function constantBytes(graph: Graph): number {
  let bytes = 0;
  for (const { attrs } of graph.nodes) {
    if (attrs.value?.kind !== 'tensor') continue;
    const { data } = attrs.value.value;
    bytes += data instanceof Uint8Array ? data.byteLength : data.reduce((sum, text) => sum + text.byteLength, 0);
  }
  return bytes;
}

function tensorInfos(graph: Graph, names: readonly string[], kind: string): Record<string, object> {
  const outputs = new Map(graph.nodes.map((node) => [node.name, node.outputs[0]]));
  return Object.fromEntries(
    names.map((name, i) => {
      const { dtype, shape } = outputs.get(name)!;
      return [`${kind}_${i}`, { name: `${name}:0`, dtype, tensor_shape: shapeProto(shape) }];
    }),
  );
}

function attrValue(attr: Attr): object {
  switch (attr.kind) {
    case 'type':
      return { type: attr.value };
    case 'int':
      return { i: attr.value };
    case 'float':
      return { f: attr.value };
    case 'bool':
      return { b: attr.value };
    case 'string':
      return { s: Buffer.from(attr.value) };
    case 'shape':
      return { shape: shapeProto(attr.value) };
    case 'types':
      return { list: { type: attr.value } };
    case 'ints':
      return { list: { i: attr.value } };
    case 'floats':
      return { list: { f: attr.value } };
    case 'bools':
      return { list: { b: attr.value } };
    case 'tensor':
      return { tensor: tensorProto(attr.value) };
  }
}

function shapeProto(shape: TensorSpec['shape']): object {
  return { dim: shape.map((size) => ({ size })) };
}

function tensorProto({ dtype, shape, data }: ConstValue): object {
  const head = { dtype, tensor_shape: shapeProto(shape) };
  if (!(data instanceof Uint8Array)) return { ...head, string_val: data };
  return { ...head, ...(repeatedValue(dtype, data) ?? { tensor_content: data }) };
}

/** A constant of one repeated value takes one number: masks, paddings and zeros can be large. */
function repeatedValue(dtype: number, data: Uint8Array): object | null {
  const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = dtype === DType.bool ? 1 : 4;
  if (data.byteLength <= width || ![DType.float, DType.int32, DType.bool].some((known) => known === dtype)) return null;
  for (let at = width; at < data.byteLength; at += width) {
    for (let i = 0; i < width; i++) if (data[at + i] !== data[i]) return null;
  }
  if (dtype === DType.float) return { float_val: [bytes.getFloat32(0, true)] };
  if (dtype === DType.int32) return { int_val: [bytes.getInt32(0, true)] };
  return { bool_val: [bytes.getUint8(0) !== 0] };
}
