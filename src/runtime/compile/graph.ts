/** The numbers by which TensorFlow names element types (`DataType` of its `types.proto`). */
export const DType = {
  float: 1,
  double: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  half: 19,
  resource: 20,
  variant: 21,
} as const;

/** The type and the shape of one tensor in a graph. */
export interface TensorSpec {
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** One output of one node. */
export interface Ref {
  readonly node: string;
  readonly index: number;
}

/** The values of a constant, little-endian and row by row; a list of byte strings where `dtype` is string. */
export interface ConstValue extends TensorSpec {
  readonly data: Uint8Array | readonly Uint8Array[];
}

/** An attribute of a node. Types are `DType` numbers. */
export type Attr =
  | { readonly kind: 'type' | 'int' | 'float'; readonly value: number }
  | { readonly kind: 'types' | 'ints' | 'floats' | 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: ConstValue };

/** One TensorFlow operation. `name` is unique in its graph; `outputs` tells what the operation gave when it was recorded. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attrs: Readonly<Record<string, Attr>>;
  readonly outputs: readonly TensorSpec[];
  /** Whether `lowPrecision` marked it. */
  readonly lowPrecision?: boolean;
}

/** A placeholder that is always fed with the same native tensor: a weight too large to be written into the graph. */
export interface HeldWeight {
  readonly node: string;
  /** The native tensor. It belongs to the graph, and in the end to the session that is made of it. */
  readonly id: number;
}

/**
 * A TensorFlow graph as plain data, every node after the nodes that it reads. `inputs` names the placeholders in the
 * order of the function's arguments, `outputs` the nodes whose first output is the function's result, in its order.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly string[];
  readonly held: readonly HeldWeight[];
  readonly outputs: readonly string[];
}

/** Rewrites a graph between recording and writing. Inputs, held weights, outputs and their types stay. */
export type GraphPass = (graph: Graph) => Graph;
