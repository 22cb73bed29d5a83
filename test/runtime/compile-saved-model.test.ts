import { expect } from 'chai';
import protobuf from 'protobufjs';
import { UnsupportedBackendError } from '../../src/errors.js';
import { DType, type Attr, type Graph } from '../../src/runtime/compile/graph.js';
import { inferredAttrs } from '../../src/runtime/compile/op-signatures.js';
import { prune } from '../../src/runtime/compile/prune.js';
import { refusal } from '../../src/runtime/compile/refusals.js';
import { savedModelBytes } from '../../src/runtime/compile/saved-model.js';
import { SavedModelMessage } from '../../src/runtime/compile/messages.js';

const spec = { dtype: DType.float, shape: [2, 3] };
const node = (name: string, op: string, inputs: string[], attrs: Record<string, Attr> = {}) => ({
  name,
  op,
  inputs: inputs.map((text) => ({ node: text.split(':')[0], index: Number(text.split(':')[1] ?? 0) })),
  attrs,
  outputs: [spec, spec],
});
const constant = (values: Float32Array | Int32Array | Uint8Array, dtype: number): Record<string, Attr> => ({
  dtype: { kind: 'type', value: dtype },
  value: {
    kind: 'tensor',
    value: { dtype, shape: [values.length], data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) },
  },
});

const GRAPH: Graph = {
  inputs: ['input_0'],
  held: [],
  outputs: ['output_0'],
  nodes: [
    node('input_0', 'Placeholder', [], { dtype: { kind: 'type', value: DType.float } }),
    node('same', 'Const', [], constant(new Float32Array([0.5, 0.5, 0.5]), DType.float)),
    node('mixed', 'Const', [], constant(new Int32Array([1, -2]), DType.int32)),
    node('flags', 'Const', [], constant(new Uint8Array([1, 1, 1]), DType.bool)),
    node('top', 'TopKV2', ['input_0', 'mixed'], {
      sorted: { kind: 'bool', value: false },
      n: { kind: 'int', value: 0 },
      rate: { kind: 'float', value: 0 },
      padding: { kind: 'string', value: 'SAME' },
      strides: { kind: 'ints', value: [1, 2, 2, 1] },
    }),
    node('output_0', 'Identity', ['top:1'], { T: { kind: 'type', value: DType.float } }),
  ],
};

interface Decoded {
  meta_graphs: {
    meta_info_def: { tags: string[] };
    graph_def: { node: { name: string; op: string; input: string[]; attr: Record<string, Record<string, unknown>> }[] };
    signature_def: Record<
      string,
      { inputs: Record<string, { name: string }>; outputs: Record<string, { name: string }> }
    >;
  }[];
}

describe('a graph written as a SavedModel', () => {
  const decoded = SavedModelMessage.toObject(SavedModelMessage.decode(savedModelBytes(GRAPH, 'test')), {
    longs: Number,
  }) as Decoded;
  const [meta] = decoded.meta_graphs;
  const attr = (name: string) => meta.graph_def.node.find((n) => n.name === name)!.attr;

  it('has the tag and the signature that loaders look for', () => {
    expect(meta.meta_info_def.tags).to.deep.equal(['serve']);
    expect(meta.signature_def.serving_default.inputs.input_0.name).to.equal('input_0:0');
    expect(meta.signature_def.serving_default.outputs.output_0.name).to.equal('output_0:0');
  });

  it('names outputs after the first by their number', () => {
    const inputs = Object.fromEntries(meta.graph_def.node.map((n) => [n.name, n.input]));
    expect(inputs).to.deep.include({ top: ['input_0', 'mixed'], output_0: ['top:1'] });
  });

  it('writes attributes of every kind, false and zero included', () => {
    const { sorted, n, rate, padding, strides } = attr('top');
    expect([sorted, n, rate]).to.deep.equal([{ b: false }, { i: 0 }, { f: 0 }]);
    expect(Buffer.from(padding.s as Uint8Array).toString()).to.equal('SAME');
    expect(strides).to.deep.equal({ list: { i: [1, 2, 2, 1] } });
  });

  it('writes a constant of one value as that value, and others byte by byte', () => {
    expect(attr('same').value.tensor)
      .to.deep.include({ float_val: [0.5] })
      .and.not.to.have.property('tensor_content');
    expect(attr('flags').value.tensor).to.deep.include({ bool_val: [true] });
    const content = (attr('mixed').value.tensor as { tensor_content: Uint8Array }).tensor_content;
    expect([...content]).to.deep.equal([1, 0, 0, 0, 254, 255, 255, 255]);
  });

  it('has the bytes of the wire format, as written by hand', () => {
    const bytes = [...savedModelBytes({ inputs: [], held: [], outputs: [], nodes: [node('n', 'NoOp', [])] }, 'test')];
    const graphDef = [0x0a, 0x09, 0x0a, 0x01, 0x6e, 0x12, 0x04, 0x4e, 0x6f, 0x4f, 0x70]; // node { name: "n" op: "NoOp" }
    expect(bytes.slice(0, 2)).to.deep.equal([0x08, 0x01]); // saved_model_schema_version: 1
    expect(Buffer.from(bytes).includes(Buffer.from(graphDef))).to.equal(true);
  });

  it('refuses constants of 2 GB', () => {
    const data = Object.create(Uint8Array.prototype, { byteLength: { value: 2 ** 31 } }) as Uint8Array;
    const value: Attr = { kind: 'tensor', value: { dtype: DType.float, shape: [2 ** 29], data } };
    const graph: Graph = { inputs: [], held: [], outputs: [], nodes: [node('c', 'Const', [], { value })] };
    expect(() => savedModelBytes(graph, 'bank')).to.throw(UnsupportedBackendError, /^bank: .* 2\.00 GB/);
  });

  it('is read by another reader of the format', () => {
    const other = protobuf
      .parse(
        `syntax = "proto3";
      message M { int64 version = 1; repeated G graphs = 2; }
      message G { D def = 2; }
      message D { repeated N node = 1; V versions = 4; }
      message V { int32 producer = 1; }
      message N { string name = 1; }`,
      )
      .root.lookupType('M');
    const read = other.toObject(other.decode(savedModelBytes(GRAPH, 'test'))) as {
      graphs: { def: { node: { name: string }[] } }[];
    };
    expect(read.graphs[0].def.node.map((n) => n.name)).to.deep.equal(GRAPH.nodes.map((n) => n.name));
  });
});

describe('what a graph must say beyond what was recorded', () => {
  const of = (...dtypes: number[]) => dtypes.map((dtype) => ({ dtype, shape: [] }));

  it('types that eager execution infers', () => {
    expect(inferredAttrs('ExpandDims', of(DType.int32, DType.int32))).to.deep.equal({
      T: { kind: 'type', value: DType.int32 },
      Tdim: { kind: 'type', value: DType.int32 },
    });
    expect(inferredAttrs('Select', of(DType.bool, DType.float, DType.float))).to.deep.equal({
      T: { kind: 'type', value: DType.float },
    });
  });

  it('the length of a list of inputs', () => {
    expect(inferredAttrs('ConcatV2', of(DType.float, DType.float, DType.float, DType.int32))).to.deep.equal({
      N: { kind: 'int', value: 3 },
      T: { kind: 'type', value: DType.float },
      Tidx: { kind: 'type', value: DType.int32 },
    });
    expect(inferredAttrs('Pack', of(DType.bool, DType.bool)).N).to.deep.equal({ kind: 'int', value: 2 });
  });

  it('nothing about an operation that is not known', () => {
    expect(inferredAttrs('NoSuchOp', of(DType.float))).to.deep.equal({});
  });

  it('leaves out what no result needs, and keeps every input', () => {
    expect(prune(GRAPH).nodes.map((n) => n.name)).to.deep.equal(['input_0', 'mixed', 'top', 'output_0']);
  });

  it('refuses handles, random numbers and shapes that depend on values', () => {
    expect(refusal('Conv2D', true, of(DType.float))).to.equal(null);
    expect(refusal('SparseToDense', true, of(DType.float))).to.equal(null);
    expect(refusal('Where', false, of(DType.int64))).to.equal(null);
    expect(refusal('Where', true, of(DType.int64))).to.match(/^uses Where, whose/);
    expect(refusal('RandomUniform', false, of(DType.float))).to.match(/not a pure function/);
    expect(refusal('VarHandleOp', false, of(DType.resource))).to.match(/gives a handle/);
  });
});
