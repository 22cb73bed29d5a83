import { UnsupportedBackendError } from '../../errors.js';
import { attrsFrom } from './attrs.js';
import { isBetterHeld, readConstant } from './constant.js';
import { DType, type Attr, type Graph, type GraphNode, type HeldWeight, type Ref, type TensorSpec } from './graph.js';
import { isLowPrecision } from './low-precision.js';
import { type OpAttribute, type NativeBinding, type TensorMetadata } from './native.js';
import { inferredAttrs } from './op-signatures.js';
import { refusal } from './refusals.js';

/**
 * Stands in for the native binding while a function runs, executes everything as usual and notes the operations that depend on the
 * function's inputs. What does not depend on them is computed once, now, and becomes a constant where it is used.
 */
export class Recorder {
  /** To be put in the place of the backend's binding. */
  readonly binding: NativeBinding;
  /** True while a kernel that only checks its arguments runs: its reading is not the function's. */
  checking = false;

  private readonly nodes: GraphNode[] = [];
  private readonly inputs: string[] = [];
  private readonly held: HeldWeight[] = [];
  private readonly made = new Map<number, Ref | 'constant'>();
  private readonly constants = new Map<number, Ref>();
  private readonly specs = new Map<string, readonly TensorSpec[]>();
  private newest = -1;
  private why: string | null = null;

  constructor(
    private readonly native: NativeBinding,
    private readonly name: string,
  ) {
    // Inherits everything else. A Proxy cannot replace the read-only functions of a native addon.
    this.binding = Object.create(native, {
      executeOp: { value: this.executeOp.bind(this) },
      createTensor: { value: this.createTensor.bind(this) },
      tensorDataSync: { value: this.tensorDataSync.bind(this) },
      runSavedModel: { value: this.runSavedModel.bind(this) },
    }) as NativeBinding;
  }

  /** Declares a native tensor as the function's next input. All inputs come before anything is recorded. */
  addInput(tensor: TensorMetadata): void {
    const name = `input_${this.inputs.length}`;
    this.made.set(tensor.id, this.addPlaceholder(name, tensor));
    this.inputs.push(name);
    this.newest = Math.max(this.newest, tensor.id);
  }

  /**
   * The graph that computes native tensors `ids` from the inputs.
   *
   * @throws UnsupportedBackendError if the function did what a graph cannot repeat
   */
  graph(ids: readonly number[]): Graph {
    for (const id of ids) this.expectSeen(id);
    if (!ids.some((id) => typeof this.made.get(id) === 'object'))
      this.refuse('gives nothing that depends on its inputs');
    const outputs = ids.map((id, k) => this.addOutput(`output_${k}`, this.refOf(id)));
    if (this.why !== null) throw new UnsupportedBackendError(`${this.name}: cannot be compiled because it ${this.why}`);
    return { nodes: this.nodes, inputs: this.inputs, held: this.held, outputs };
  }

  /** Notes why the function cannot be compiled; the first reason counts. */
  refuse(why: string): void {
    this.why ??= why;
  }

  /** Frees what the recording holds, where no graph came of it. */
  release(): void {
    for (const { id } of this.held.splice(0)) this.native.deleteTensor(id);
  }

  private executeOp(op: string, attrs: OpAttribute[], inputs: number[], count: number): TensorMetadata[] {
    for (const id of inputs) this.expectSeen(id);
    const outputs = this.native.executeOp(op, attrs, inputs, count);
    const depends = inputs.some((id) => typeof this.made.get(id) === 'object');
    const objection = refusal(op, depends, outputs);
    if (objection !== null) this.refuse(objection);
    if (!depends || objection !== null) {
      for (const output of outputs) this.made.set(output.id, 'constant');
      return outputs;
    }
    const refs = inputs.map((id) => this.refOf(id));
    const types = inferredAttrs(
      op,
      refs.map((ref) => this.specOf(ref)),
    );
    const name = `${op}_${this.nodes.length}`;
    this.add(name, op, refs, { ...attrsFrom(this.native, attrs), ...types }, outputs);
    for (const [index, output] of outputs.entries()) this.made.set(output.id, { node: name, index });
    return outputs;
  }

  private createTensor(shape: number[], dtype: number, values: unknown): number {
    const id = this.native.createTensor(shape, dtype, values);
    this.made.set(id, 'constant');
    return id;
  }

  private tensorDataSync(id: number) {
    const source = this.made.get(id);
    if (typeof source === 'object' && !this.checking) {
      this.refuse(
        `reads a tensor that depends on its inputs (${source.node}) back with data(), dataSync(), array() or the like`,
      );
    }
    return this.native.tensorDataSync(id);
  }

  private runSavedModel(...args: Parameters<NativeBinding['runSavedModel']>): TensorMetadata[] {
    this.refuse('runs another saved or compiled model inside');
    const outputs = this.native.runSavedModel(...args);
    for (const output of outputs) this.made.set(output.id, 'constant');
    return outputs;
  }

  /** Where the graph finds a native tensor; one that does not depend on the inputs becomes a constant. */
  private refOf(id: number): Ref {
    const source = this.made.get(id);
    if (typeof source === 'object') return source;
    const constant = this.constants.get(id) ?? this.addConstant(id);
    this.constants.set(id, constant);
    return constant;
  }

  /** A tensor made by a way that is not seen may depend on the inputs, and would silently be frozen. */
  private expectSeen(id: number): void {
    if (id > this.newest && !this.made.has(id)) this.refuse('makes tensors past the recorded binding');
  }

  /** A copy of its own for each result: a session neither fetches what it is fed nor names a node twice. */
  private addOutput(name: string, source: Ref): string {
    const spec = this.specOf(source);
    // Disposing a tensor of strings empties whatever shares them, so those are copied by joining them with nothing. TensorFlow
    // would do that to a constant only once, and the first result to be disposed would empty all later ones.
    const isText = spec.dtype === DType.string;
    if (isText && source.node.startsWith('Const_')) this.refuse('gives back strings that do not depend on its inputs');
    const op = isText ? 'StringJoin' : 'Identity';
    return this.add(name, op, [source], inferredAttrs(op, [spec]), [spec]).node;
  }

  private addConstant(id: number): Ref {
    const own = this.native.executeOp('Identity', [], [id], 1)[0]; // tells type and shape, and outlives the original
    if (isBetterHeld(this.native, own)) return this.addHeld(own);
    const value = readConstant(this.native, own);
    // Deleting a handle of strings empties the strings that it shares, so that one is kept: it is small and rare.
    if (own.dtype !== DType.string) this.native.deleteTensor(own.id);
    const name = `Const_${this.nodes.length}`;
    const attrs: Record<string, Attr> = {
      dtype: { kind: 'type', value: value.dtype },
      value: { kind: 'tensor', value },
    };
    const ref = this.add(name, 'Const', [], attrs, [value]);
    if (value.dtype === own.dtype) return ref;
    const cast: Record<string, Attr> = {
      SrcT: { kind: 'type', value: value.dtype },
      DstT: { kind: 'type', value: own.dtype },
    };
    return this.add(`${name}_cast`, 'Cast', [ref], cast, [own]);
  }

  private addHeld(own: TensorMetadata): Ref {
    const name = `held_${this.held.length}`;
    this.held.push({ node: name, id: own.id });
    return this.addPlaceholder(name, own);
  }

  private addPlaceholder(name: string, { dtype, shape }: TensorSpec): Ref {
    const attrs: Record<string, Attr> = {
      dtype: { kind: 'type', value: dtype },
      shape: { kind: 'shape', value: shape },
    };
    return this.add(name, 'Placeholder', [], attrs, [{ dtype, shape }]);
  }

  private add(
    name: string,
    op: string,
    inputs: readonly Ref[],
    attrs: Record<string, Attr>,
    outputs: readonly TensorSpec[],
  ): Ref {
    const specs = outputs.map(({ dtype, shape }) => ({ dtype, shape }));
    this.nodes.push({ name, op, inputs, attrs, outputs: specs, lowPrecision: isLowPrecision() });
    this.specs.set(name, specs);
    return { node: name, index: 0 };
  }

  private specOf(ref: Ref): TensorSpec {
    return this.specs.get(ref.node)![ref.index];
  }
}
