/**
 * Union-find over 0 to `count - 1`. The smallest member represents its set, so the result does not depend on the order of
 * the joins.
 */
export class DisjointSets {
  private readonly parent: Int32Array;

  constructor(private readonly count: number) {
    this.parent = new Int32Array(count);
    for (let i = 0; i < count; i++) this.parent[i] = i;
  }

  find(i: number): number {
    const { parent } = this;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  join(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA < rootB) this.parent[rootB] = rootA;
    else this.parent[rootA] = rootB;
  }

  /** Numbers the sets from 0 by their smallest member. The sets must not be used afterwards. */
  numbered(): { readonly count: number; readonly of: Int32Array } {
    const { parent } = this;
    let sets = 0;
    // A representative comes before its members, so that one forward pass finds it already numbered.
    for (let i = 0; i < this.count; i++) parent[i] = parent[i] === i ? sets++ : parent[parent[i]];
    return { count: sets, of: parent };
  }
}
