import type { Values } from '../../models/nets/module.js';
import type { TrainingTask } from '../../models/training/training-task.js';
import { compiled, type CompiledFunction } from '../../runtime/compile/compiled.js';
import { signatureOf } from '../../runtime/compile/kind.js';
import { callPlain } from '../../runtime/compile/tensor-function.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';
import type { Optimizer } from './optimizer.js';
import { STATE_KINDS, trainingStep, type StepResult, type TrainingState } from './training-step.js';

/** Graphs of a training: batches of more shapes than this run plain, for each would be recorded for a few steps. */
const MOST_GRAPHS = 8;
/** Of a whole step against its graph, relative to the largest magnitude of a result: gradients end long chains of roundings. */
const TOLERANCE = 1e-2;

type Kind = (typeof STATE_KINDS)[number];

/**
 * Runs steps as one graph for every shape of batch, where the backend has graphs; elsewhere, and where a step cannot be recorded, plain.
 * Which of them runs depends on the shapes that came before alone, so that a training that goes on gives the bits of one that never stopped.
 */
export class StepRunner {
  private readonly graphs: CompiledFunction;
  private readonly names: Readonly<Record<Kind, readonly string[]>>;
  /** As the training begins: what graphs are recorded with, at whichever step that happens. */
  private readonly examples: Tensor[];
  private partNames: readonly string[] = [];
  private heldBytes = 0;

  /**
   * @param state as it begins, borrowed
   * @param seen the shapes of batches that came before, of a training that goes on; takes those that come
   */
  constructor(
    private readonly task: TrainingTask,
    private readonly optimizer: Optimizer,
    state: TrainingState,
    private readonly seen: string[],
  ) {
    this.names = Object.fromEntries(STATE_KINDS.map((kind) => [kind, Object.keys(state[kind])])) as Record<
      Kind,
      string[]
    >;
    this.examples = this.flat(state).map((tensor) => tensor.clone());
    this.graphs = compiled((tensors) => this.call(tensors), {
      name: `${task.name}: a training step`,
      maxShapes: MOST_GRAPHS,
      tolerance: TOLERANCE,
      examples: (tensors) => [...this.examples, ...tensors.slice(this.examples.length)],
    });
  }

  /** Why steps run plain on a backend with graphs; null where they do not. */
  get why(): string | null {
    return this.graphs.why;
  }

  /**
   * @param state borrowed
   * @param inputs of the task's loss, borrowed
   * @param rates see `ratesOf`; borrowed
   * @returns owned by the caller
   */
  async run(state: TrainingState, inputs: Tensor[], rates: Tensor): Promise<StepResult> {
    const tensors = [...this.flat(state), rates, ...inputs];
    const results = this.recorded(inputs)
      ? await this.graphs.run(tensors)
      : callPlain((all) => this.call(all), tensors);
    return this.unflat(results);
  }

  dispose(): void {
    this.graphs.dispose();
    tf.dispose(this.examples);
  }

  /** On a GPU a graph would carry every tensor to the host and back. */
  private recorded(inputs: Tensor[]): boolean {
    const shape = signatureOf(inputs);
    if (!this.seen.includes(shape)) this.seen.push(shape);
    return this.seen.indexOf(shape) < MOST_GRAPHS && !onGpu();
  }

  private call(tensors: Tensor[]): Tensor[] {
    const { state, rest } = this.stateOf(tensors);
    const [rates, ...inputs] = rest;
    const result = trainingStep(this.task, this.optimizer, state, inputs, rates);
    this.partNames = Object.keys(result.loss.parts);
    this.heldBytes = result.heldBytes;
    return [...this.flat(result.state), result.loss.total, ...Object.values(result.loss.parts)];
  }

  private unflat(tensors: Tensor[]): StepResult {
    const { state, rest } = this.stateOf(tensors);
    const [total, ...parts] = rest as Scalar[];
    const named = Object.fromEntries(this.partNames.map((name, i) => [name, parts[i]]));
    return { state, loss: { total, parts: named }, heldBytes: this.heldBytes };
  }

  private flat(state: TrainingState): Tensor[] {
    return STATE_KINDS.flatMap((kind) => this.names[kind].map((name) => state[kind][name]));
  }

  private stateOf(tensors: readonly Tensor[]): { state: TrainingState; rest: Tensor[] } {
    const rest = [...tensors];
    const take = (kind: Kind): Values => Object.fromEntries(this.names[kind].map((name) => [name, rest.shift()!]));
    const [values, statistics, slots, average] = STATE_KINDS.map(take);
    return { state: { values, statistics, slots, average }, rest };
  }
}
