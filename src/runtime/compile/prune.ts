import { type GraphPass } from './graph.js';

/** Leaves out the nodes that no result needs. Placeholders stay: the session is fed with all of them. */
export const prune: GraphPass = (graph) => {
  const needed = new Set([...graph.inputs, ...graph.held.map(({ node }) => node), ...graph.outputs]);
  for (const node of [...graph.nodes].reverse()) {
    if (needed.has(node.name)) for (const { node: source } of node.inputs) needed.add(source);
  }
  return { ...graph, nodes: graph.nodes.filter((node) => needed.has(node.name)) };
};
