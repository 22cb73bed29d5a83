import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputRule } from '../../config/input-rule.js';
import type { Size } from '../../config/size.js';
import { NotFittedError, ShapeError, WeightsError } from '../../errors.js';
import { tf, type Tensor, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from '../detector.js';
import { readModelDocument } from '../read-model-document.js';
import { loadTensors, saveTensors, type NamedTensor } from '../tensor-file.js';
import type { ScoringParams } from './map-params.js';
import { scoreMaps } from './score-maps.js';
import type { PictureShape } from './walk-pictures.js';

const MODEL_FILE = 'model.json';
const TENSOR_FILE = 'model.safetensors';
const SCHEMA_VERSION = 1;

/** What a detector learned, on the host. */
export type Learned = Readonly<Record<string, NamedTensor>>;

/** What every picture of a detector with a fixed size looks like. */
export interface FixedInput {
  readonly size: Size;
  readonly color: 'gray' | 'rgb';
}

/**
 * A detector that compares a picture of fixed size, pixel by pixel, with a few learned arrays. Subclasses say how the arrays
 * are learned and what the map is; scoring, files and memory are the same for all.
 */
export abstract class MapDetector implements Detector {
  readonly input: InputRule;
  readonly map: MapRule = { interpolation: 'bilinear', sigma: 0 };
  protected readonly shape: PictureShape;
  private learned: Learned | null = null;
  private tensors: Readonly<Record<string, Tensor>> = {};

  constructor(
    private readonly name: string,
    { size, color }: FixedInput,
    private readonly scoring: ScoringParams,
  ) {
    this.shape = [size.height, size.width, color === 'gray' ? 1 : 3];
    this.input = { resize: { mode: 'stretch', size }, interpolation: 'area', antialias: false, color, quantize: true };
  }

  /** The arrays that fitting makes, or that a file must hold; a `null` side may have any length of 1 or more. */
  protected abstract readonly expected: Readonly<Record<string, readonly (number | null)[]>>;

  /** Learns from good pictures; the same pictures in the same order and the same seed give the same arrays. */
  protected abstract learn(source: FitSource, context: FitContext): Promise<Learned>;

  /** What follows from the learned arrays and is worth keeping on the device; the call runs inside `tf.tidy`. */
  protected derive(_learned: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    return {};
  }

  /**
   * @param pixels `[n, h, w, c]`, borrowed
   * @param learned the learned and derived arrays on the device, borrowed; the call runs inside `tf.tidy`
   * @returns `[n, h, w]`
   */
  protected abstract compare(pixels: Tensor4D, learned: Readonly<Record<string, Tensor>>): Tensor3D;

  async fit(source: FitSource, context: FitContext): Promise<void> {
    this.adopt(await this.learn(source, context));
  }

  async score({ pixels, sizes }: Batch): Promise<Scored> {
    if (this.learned === null) throw new NotFittedError(`${this.name}: scoring needs a model; call fit or load first`);
    const got = pixels.shape.slice(1);
    if (got.some((side, i) => side !== this.shape[i])) {
      throw new ShapeError(
        `${this.name}: expected pictures of shape [${this.shape}] after the input rule, got [${got}]`,
      );
    }
    return tf.tidy(() => {
      const maps = this.compare(pixels, this.tensors);
      return { maps, scores: scoreMaps(maps, sizes, this.scoring) };
    });
  }

  async save(dir: string): Promise<void> {
    if (this.learned === null)
      throw new NotFittedError(`${this.name}: there is no model to save; call fit or load first`);
    await saveTensors(join(dir, TENSOR_FILE), this.learned);
    const document = { schema_version: SCHEMA_VERSION, model: this.name, tensors: TENSOR_FILE };
    await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
  }

  async load(dir: string): Promise<void> {
    const file = join(dir, MODEL_FILE);
    const { model, schema_version } = (await readModelDocument(file)) as Record<string, unknown>;
    if (model !== this.name || schema_version !== SCHEMA_VERSION) {
      throw new WeightsError(
        `${file}: expected a ${this.name} model of schema_version ${SCHEMA_VERSION}, got ${String(model)} of ${String(schema_version)}`,
      );
    }
    const learned = await loadTensors(join(dir, TENSOR_FILE));
    this.check(learned, join(dir, TENSOR_FILE));
    this.adopt(learned);
  }

  dispose(): void {
    tf.dispose(Object.values(this.tensors));
    this.tensors = {};
    this.learned = null;
  }

  private adopt(learned: Learned): void {
    this.dispose();
    const entries = Object.entries(learned).map(([name, { shape, data }]) => {
      return [name, tf.keep(tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'))];
    });
    const tensors = Object.fromEntries(entries) as Record<string, Tensor>;
    this.tensors = { ...tensors, ...tf.tidy(() => this.derive(tensors)) };
    this.learned = learned;
  }

  private check(learned: Learned, file: string): void {
    for (const [name, sides] of Object.entries(this.expected)) {
      const shape = learned[name]?.shape;
      const fits = shape?.length === sides.length && sides.every((side, i) => (side ?? shape[i]) === shape[i]);
      if (!fits || !learned[name].data.every(Number.isFinite)) {
        const want = sides.map((side) => side ?? 'any').join(', ');
        throw new WeightsError(
          `${file}: expected finite values "${name}" of shape [${want}], got ${shape === undefined ? 'none' : `[${shape}]`}; ` +
            'the parameters differ from those of the fit, or the file is damaged',
        );
      }
    }
  }
}
