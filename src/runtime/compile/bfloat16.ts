import { DType, type Attr, type ConstValue, type Graph, type GraphNode, type GraphPass, type Ref } from './graph.js';
import { NodeIndex } from './node-index.js';
import { prune } from './prune.js';

/** Where the time goes, and where the processor has instructions for bfloat16. */
const PRODUCTS = new Set(['Conv2D', 'DepthwiseConv2dNative', 'MatMul', 'BatchMatMul', 'BatchMatMulV2']);

/** Cheap operations without a sum over many values: between products they would only cost two casts. */
const CARRIERS = new Set([
  ...['Add', 'AddN', 'AddV2', 'BiasAdd', 'Relu', 'Relu6', 'MaxPool'],
  ...['Identity', 'Pad', 'PadV2', 'MirrorPad', 'Reshape', 'Squeeze', 'ExpandDims', 'Transpose'],
]);

/**
 * Puts what `lowPrecision` marked into bfloat16: convolutions, matrix products, and the cheap operations between them. Weights are
 * rounded here, once; casts are left at the borders only, and results are float32 as before. Everything else stays as it is.
 *
 * bfloat16 keeps 8 bits of the mantissa; a product sums in float32.
 */
export const bfloat16: GraphPass = (graph: Graph) => new Rewriting(graph).result();

class Rewriting {
  private readonly index: NodeIndex;
  private readonly low = new Set<string>();
  private readonly nodes: GraphNode[] = [];
  /** What has been cast already, by name and direction. */
  private readonly casts = new Map<string, Ref>();

  constructor(private readonly graph: Graph) {
    this.index = new NodeIndex(graph);
    for (const node of graph.nodes) if (this.fits(node)) this.low.add(node.name);
  }

  result(): Graph {
    for (const node of this.graph.nodes) this.add(node);
    return prune({ ...this.graph, nodes: this.nodes });
  }

  private fits(node: GraphNode): boolean {
    const { op, inputs, outputs, lowPrecision } = node;
    if (lowPrecision !== true || outputs[0].dtype !== DType.float) return false;
    if (PRODUCTS.has(op)) return op !== 'Conv2D' || this.takesPairs(node);
    if (!CARRIERS.has(op)) return false;
    return inputs.filter((ref) => this.isFloat(ref)).every((ref) => this.low.has(ref.node) || this.isVector(ref));
  }

  /**
   * The instructions multiply pairs of channels. With an odd number of them oneDNN of TensorFlow 2.21 takes into the last pair what lies
   * in memory behind it: results are wrong by their whole size on some processors, and now and then not finite.
   */
  private takesPairs({ inputs: [x] }: GraphNode): boolean {
    return this.index.spec(x).shape.at(-1)! % 2 === 0;
  }

  /**
   * A larger constant, such as positions, has the shape of what it is added to where there is one picture, and TensorFlow then takes the
   * sum into the product before it; where there are more pictures it rounds in between. One picture and many would differ.
   */
  private isVector(ref: Ref): boolean {
    const constant = this.index.constant(ref);
    return constant !== null && constant.shape.length <= 1;
  }

  private add(node: GraphNode): void {
    const low = this.low.has(node.name);
    const inputs = node.inputs.map((ref) => {
      if (!this.isFloat(ref) || low === this.low.has(ref.node)) return ref;
      return this.cast(ref, low ? DType.bfloat16 : DType.float);
    });
    const T: Attr = { kind: 'type', value: DType.bfloat16 };
    const outputs = node.outputs.map((spec) => ({ ...spec, dtype: DType.bfloat16 }));
    this.nodes.push(low ? { ...node, inputs, outputs, attrs: { ...node.attrs, T } } : { ...node, inputs });
  }

  private cast(ref: Ref, to: number): Ref {
    const key = `${ref.node}:${ref.index}`;
    const known = this.casts.get(key);
    if (known !== undefined) return known;
    const constant = this.index.constant(ref);
    const name = `${ref.node}_${ref.index}_${to === DType.float ? 'float' : 'bfloat16'}`;
    const node = constant === null ? this.castNode(name, ref, to) : roundedConstant(name, constant);
    this.nodes.push(node);
    const made = { node: name, index: 0 };
    this.casts.set(key, made);
    return made;
  }

  private castNode(name: string, ref: Ref, to: number): GraphNode {
    const { shape } = this.index.spec(ref);
    const from = to === DType.float ? DType.bfloat16 : DType.float;
    return {
      name,
      op: 'Cast',
      inputs: [ref],
      attrs: { SrcT: { kind: 'type', value: from }, DstT: { kind: 'type', value: to } },
      outputs: [{ dtype: to, shape }],
    };
  }

  private isFloat(ref: Ref): boolean {
    return this.index.spec(ref).dtype === DType.float;
  }
}

function roundedConstant(name: string, { shape, data }: ConstValue): GraphNode {
  const value: ConstValue = { dtype: DType.bfloat16, shape, data: rounded(data as Uint8Array) };
  return {
    name,
    op: 'Const',
    inputs: [],
    attrs: { dtype: { kind: 'type', value: DType.bfloat16 }, value: { kind: 'tensor', value } },
    outputs: [{ dtype: DType.bfloat16, shape }],
  };
}

/** To the nearest, halves to the even neighbour, as the processor does it. A bfloat16 is the upper half of a float32. */
function rounded(floats: Uint8Array): Uint8Array {
  const words = new DataView(floats.buffer, floats.byteOffset, floats.byteLength);
  const halves = new DataView(new ArrayBuffer(floats.byteLength / 2));
  for (let at = 0; at < floats.byteLength; at += 4) {
    const word = words.getUint32(at, true);
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    const half = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    halves.setUint16(at / 2, half, true);
  }
  return new Uint8Array(halves.buffer);
}
