import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, oneOf, refine, strict, t } from '../../config/codec.js';
import type { InputRule } from '../../config/input-rule.js';
import { ConfigError, DataError, InterruptedError, NotFittedError, ShapeError } from '../../errors.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from '../detector.js';
import { readModelDocument } from '../read-model-document.js';
import { paramsToStore, requireStoredParams } from '../stored-params.js';

const MODEL_FILE = 'model.json';

const modelDocument = (name: string) =>
  strict('ModelDocument', {
    schema_version: refine('schema version 1', t.number, (n) => n === 1),
    model: oneOf([name]),
    params: t.UnknownRecord,
  });

/**
 * A detector that compares every picture with a reference of its own. There is nothing to learn: fitting makes sure that every good
 * picture has its reference, and the thresholds that follow are what is read from the pairs.
 */
export abstract class ReferenceDetector<P extends object> implements Detector {
  private fitted = false;

  /** @param name the registry's name of the detector */
  constructor(
    protected readonly name: string,
    protected readonly params: P,
    readonly input: InputRule,
    readonly map: MapRule,
  ) {}

  /**
   * @param pixels,references `[n, h, w, c]`, borrowed
   * @returns tensors owned by the caller
   */
  protected abstract compare(pixels: Tensor4D, references: Tensor4D): Promise<Scored>;

  async fit(source: FitSource, context: FitContext): Promise<void> {
    let seen = 0;
    context.progress.start('pairs', source.count);
    for await (const batch of source.batches()) {
      tf.dispose([batch.pixels, ...(batch.references === undefined ? [] : [batch.references])]);
      if (context.signal?.aborted === true) throw new InterruptedError('the fit was stopped before it was done');
      this.referencesOf(batch);
      context.progress.update((seen += batch.sources.length));
    }
    context.progress.stop();
    if (seen === 0)
      throw new DataError(`${this.name}: expected at least one good picture with its reference, got none`);
    this.fitted = true;
  }

  startUntrained(): void {
    this.fitted = true;
  }

  async score(batch: Batch): Promise<Scored> {
    this.requireFitted();
    const references = this.referencesOf(batch);
    const { pixels } = batch;
    if (!tf.util.arraysEqual(pixels.shape, references.shape)) {
      throw new ShapeError(
        `${this.name}: expected references of shape [${pixels.shape}] after the input rule, got [${references.shape}]`,
      );
    }
    return this.compare(pixels, references);
  }

  async save(dir: string): Promise<void> {
    this.requireFitted();
    const params = paramsToStore(this.params, this.keys);
    const document = { schema_version: 1, model: this.name, params };
    await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
  }

  async load(dir: string): Promise<void> {
    const path = join(dir, MODEL_FILE);
    const { params } = decode(modelDocument(this.name), await readModelDocument(path), path);
    requireStoredParams(path, params, this.params, this.keys);
    this.fitted = true;
  }

  dispose(): void {
    this.fitted = false;
  }

  /** All parameters decide what a map means. */
  private get keys(): (keyof P & string)[] {
    return Object.keys(this.params) as (keyof P & string)[];
  }

  private requireFitted(): void {
    if (!this.fitted) throw new NotFittedError(`${this.name}: there is no fitted model; fit or load it first`);
  }

  private referencesOf({ references }: Batch): Tensor4D {
    if (references !== undefined) return references;
    throw new ConfigError(`${this.name}: every picture needs a reference to compare with; give --reference-dir`);
  }
}
