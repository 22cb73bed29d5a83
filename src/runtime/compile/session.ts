import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';
import { type Tensor } from '../tf.js';
import { type Graph } from './graph.js';
import { type NativeBackend } from './native.js';

/** A graph that TensorFlow has loaded: every run is one native call. */
export class Session {
  private readonly held: readonly number[];
  private readonly inputNames: string;
  private readonly outputNames: string;

  private constructor(
    private readonly backend: NativeBackend,
    private readonly id: number,
    graph: Graph,
  ) {
    this.held = graph.held.map((weight) => weight.id);
    this.inputNames = [...graph.inputs, ...graph.held.map((weight) => weight.node)]
      .map((name) => `${name}:0`)
      .join(',');
    this.outputNames = graph.outputs.map((name) => `${name}:0`).join(',');
  }

  /**
   * Hands a graph to TensorFlow by way of a temporary folder, which is removed. The session takes over the held weights; a failure
   * leaves them to the caller.
   *
   * @param bytes the graph as a SavedModel
   * @throws UnsupportedBackendError if TensorFlow does not accept it
   */
  static load(backend: NativeBackend, graph: Graph, bytes: Uint8Array, name: string): Session {
    const folder = mkdtempSync(join(tmpdir(), 'imgano-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), bytes);
      return new Session(backend, backend.loadSavedModelMetaGraph(folder, 'serve'), graph);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UnsupportedBackendError(`${name}: TensorFlow did not accept the recorded graph: ${why}`, {
        cause: error,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** @returns the graph's results, owned by the caller; `inputs` are borrowed */
  run(inputs: readonly Tensor[]): Tensor[] {
    const ids = [...this.backend.getInputTensorIds(inputs), ...this.held];
    const made = this.backend.binding.runSavedModel(this.id, ids, this.inputNames, this.outputNames);
    return made.map((tensor) => this.backend.createOutputTensor(tensor));
  }

  dispose(): void {
    this.backend.deleteSavedModel(this.id);
    for (const id of this.held) this.backend.binding.deleteTensor(id);
  }
}
