import { type ConstValue, type Graph, type GraphNode, type Ref, type TensorSpec } from './graph.js';

/** Finds nodes of a graph, what they gave, and who reads them. */
export class NodeIndex {
  private readonly byName: ReadonlyMap<string, GraphNode>;
  private readonly readers = new Map<string, GraphNode[]>();

  constructor(graph: Graph) {
    this.byName = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const node of graph.nodes) {
      for (const source of new Set(node.inputs.map((ref) => ref.node))) {
        this.readers.set(source, [...(this.readers.get(source) ?? []), node]);
      }
    }
  }

  node(name: string): GraphNode {
    return this.byName.get(name)!;
  }

  spec(ref: Ref): TensorSpec {
    return this.node(ref.node).outputs[ref.index];
  }

  readersOf(name: string): readonly GraphNode[] {
    return this.readers.get(name) ?? [];
  }

  /** The values of a constant; null where the node is something else. */
  constant(ref: Ref): ConstValue | null {
    const { op, attrs } = this.node(ref.node);
    return op === 'Const' && attrs.value.kind === 'tensor' ? attrs.value.value : null;
  }
}
