import { decode as decodeValue, NonNegativeInteger, PositiveInteger, PositiveNumber } from '../config/codec.js';
import type { InferConfig } from '../config/infer-config.js';
import type { InputRule } from '../config/input-rule.js';
import { DecodePool } from '../data/decode-pool/decode-pool.js';
import type { Picture } from '../data/picture.js';
import type { RoiMask } from '../defects/roi.js';
import { ConfigError, ImganoError, InterruptedError, NotFittedError } from '../errors.js';
import type { Window } from '../ops/crop-window.js';
import { findModel } from '../models/registry.js';
import type { Precision } from '../runtime/compile/precision.js';
import type { StageClock } from '../runtime/profile/stage-clock.js';
import { autoBatchSize } from './auto-batch-size.js';
import { semanticsOf } from './checks/semantics-of.js';
import type { AnomalyMap, DefectsPlan, Engine, Inspected } from './engine.js';
import { sourcesOf, type PictureInputs } from './inputs.js';
import { configDigest } from './records/config-digest.js';
import { postprocessSummary } from './records/postprocess-summary.js';
import { confidencePolicy } from './records/confidence-policy.js';
import { decide, type ConfidencePolicy } from './records/decide.js';
import { defectsRecord, errorRecord, type ErrorRecord, type InspectionRecord } from './records/record.js';
import { walkPictures } from './walk.js';

const DEFAULT_BUDGET_MB = 1024;

export interface InspectOptions {
  /** Give the float map of every picture and report it in the record. Default: what the config says. */
  readonly maps?: boolean;
  /** Give the float map (`inspection.map`) without reporting it, for an overlay say. */
  readonly mapArtifacts?: boolean;
  /** Find defect regions. Default: `defects.enabled` of the config. */
  readonly defects?: boolean;
  /** Tell how much speaks for every label. Default: where the config rejects labels. */
  readonly confidence?: boolean;
  /** `record`: a picture that fails becomes an error record and the next one follows; `throw`: the walk ends. */
  readonly onError?: 'throw' | 'record';
  /** Pictures decoded ahead of those in work; at least a batch. */
  readonly ahead?: number;
  /**
   * Pictures that go through the model together, where their inputs have one shape; records and maps are the same to the last bit.
   * A batch waits until it is full or the input ends. `auto` takes as many as help. Default 1.
   */
  readonly batchSize?: number | 'auto';
  /** Threads that read and decode picture files; 0, the default, leaves that to this thread and sharp's. */
  readonly workers?: number;
  /** Megabytes that decoded pictures and a batch in the model may take, roughly; at least one picture goes. Default 1024. */
  readonly memoryBudgetMb?: number;
  /** Takes the time of every stage. */
  readonly clock?: StageClock;
  readonly signal?: AbortSignal;
}

/** One picture's outcome. `record` is plain JSON; the rest are artifacts that JSON should not carry. */
export interface Inspection {
  readonly record: InspectionRecord | ErrorRecord;
  /** The decoded picture; null when it could not be read, and from an isolated run. */
  readonly picture: Picture | null;
  readonly map: AnomalyMap | null;
  readonly mask: { height: number; width: number; data: Uint8Array } | null;
}

/** What a run is, for those who only have the folder. */
export interface RunInfo {
  readonly model: string;
  readonly threshold: number | null;
  readonly pixelThreshold: number | null;
  readonly defectsEnabled: boolean;
  readonly mapsEnabled: boolean;
  readonly givesMaps: boolean;
  /** What the model wants to see. */
  readonly input: InputRule;
  /** In what the model's network runs. */
  readonly precision: Precision;
  /** Beginnings of the pixel hashes of the pictures that were fitted and calibrated on; null where the config does not say. */
  readonly pictureHashes: NonNullable<InferConfig['picture_hashes']> | null;
  /** sha256 of the config as it runs, with the hashes of its model files. */
  readonly configSha256: string;
}

/** A trained model with its thresholds, ready to inspect pictures. */
export class Run {
  private disposed = false;
  private digest: string | undefined;

  constructor(
    private readonly engine: Engine,
    readonly config: InferConfig,
    private readonly roiMask?: RoiMask,
  ) {}

  get info(): RunInfo {
    const { model, threshold, defects } = this.config;
    return {
      model: model.name,
      threshold,
      pixelThreshold: defects.pixel_threshold,
      defectsEnabled: defects.enabled,
      mapsEnabled: mapsByDefault(this.config),
      givesMaps: findModel(model.name).outputs.includes('map'),
      input: this.engine.input,
      precision: this.engine.precision,
      pictureHashes: this.config.picture_hashes ?? null,
      configSha256: (this.digest ??= configDigest(this.config, this.roiMask)),
    };
  }

  /**
   * Inspects pictures one by one, in input order, decoding a few ahead; a slow consumer slows the walk. Safe to call
   * from several places at once: each walk keeps its own order and index.
   *
   * @throws ConfigError when maps or defects are asked of a model that gives none, no pixel threshold is stored, or a number is no such
   *   number: batches of `NaN` pictures would lose them
   */
  async *inspectAll(inputs: PictureInputs, options: InspectOptions = {}): AsyncGenerator<Inspection> {
    if (this.disposed) throw new NotFittedError('this run was disposed; open it again');
    const plan = this.planDefects(options.defects ?? this.config.defects.enabled);
    const maps = options.maps ?? mapsByDefault(this.config);
    const read = maps || options.mapArtifacts === true;
    this.requireMaps(read || plan !== null);
    const summary = postprocessSummary(this.config, {
      maps: maps || plan !== null,
      mapsRequested: maps,
      defects: plan,
    });
    const confidence = confidencePolicy(this.config, options.confidence ?? false);
    const settings = { summary, maps, confidence, status: options.onError === 'record' };
    const { batchSize, workers, budget, ahead } = checkedSpeed(options);
    const { clock } = options;
    const pool = workers > 0 ? new DecodePool(workers) : undefined;
    let index = 0;
    try {
      const walk = walkPictures(this.engine, sourcesOf(inputs), {
        ...{ map: read, postprocess: this.config.adaptation.postprocess, defects: plan, pool, budget, clock },
        ahead: ahead ?? Math.max(3, 2 * workers),
        batchSize: (first) => (batchSize === 'auto' ? this.autoBatch(first, budget) : batchSize),
        check: () => this.requireGoingOn(options.signal, index),
      });
      for await (const { source, picture, outcome } of walk) {
        this.requireGoingOn(options.signal, index);
        if ('inspected' in outcome) {
          yield this.toInspection(index, picture as Picture, outcome.inspected, settings);
        } else {
          const { error } = outcome;
          if (options.onError !== 'record' || !(error instanceof ImganoError)) throw error;
          const record = errorRecord(index, source.name, error, 'infer');
          yield { record, picture, map: null, mask: null };
        }
        index += 1;
      }
    } finally {
      await pool?.dispose();
    }
  }

  /** The records alone: `for await (const record of run.inspect('pictures/')) ...` */
  async *inspect(inputs: PictureInputs, options: InspectOptions = {}): AsyncGenerator<InspectionRecord | ErrorRecord> {
    for await (const { record } of this.inspectAll(inputs, options)) yield record;
  }

  /** Frees the model, after the picture in work. Later calls throw. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.engine.dispose();
  }

  private autoBatch(picture: Picture, budget: number): number {
    // Half of the budget is the model's; decoded pictures that wait have the other half.
    return autoBatchSize(this.engine.inputSize(picture), budget / 2);
  }

  private requireGoingOn(signal: AbortSignal | undefined, done: number): void {
    if (signal?.aborted === true) throw interrupted(signal, done);
    if (this.disposed) throw new NotFittedError('this run was disposed; open it again');
  }

  private planDefects(wanted: boolean): DefectsPlan | null {
    if (!wanted) return null;
    const { defects } = this.config;
    if (defects.pixel_threshold === null) {
      throw new ConfigError(
        'defects need a pixel threshold, but the config has none: train again with a model that gives maps, or set defects.pixel_threshold',
      );
    }
    return {
      config: defects,
      pixelThreshold: defects.pixel_threshold,
      semantics: semanticsOf(this.config),
      roiMask: this.roiMask,
    };
  }

  private requireMaps(wanted: boolean): void {
    if (!wanted || this.info.givesMaps) return;
    throw new ConfigError(
      `model "${this.config.model.name}" gives scores only; maps and defects need a model with maps`,
    );
  }

  private toInspection(
    index: number,
    picture: Picture,
    { score, seen, map, defects }: Inspected,
    settings: {
      summary: Record<string, unknown>;
      maps: boolean;
      confidence: ConfidencePolicy | null;
      status: boolean;
    },
  ): Inspection {
    const record: InspectionRecord = {
      index,
      input: picture.source,
      score,
      ...decide(score, this.config.threshold, settings.confidence),
      postprocess_summary: settings.summary,
      ...(seen === null ? {} : { inspected_bbox_xyxy: boxOf(seen) }),
      ...(map === null || !settings.maps ? {} : { anomaly_map: { shape: [map.height, map.width], dtype: 'float32' } }),
      ...(settings.status ? { status: 'ok' } : {}),
    };
    if (defects !== null) {
      const { pixel_threshold_provenance, defects: config } = this.config;
      record.defects = defectsRecord(defects, pixel_threshold_provenance, config.mask_format);
    }
    return { record, picture, map, mask: defects?.mask ?? null };
  }
}

/** An old config that does something to maps wants them. */
function mapsByDefault({ adaptation }: InferConfig): boolean {
  return adaptation.save_maps || adaptation.postprocess !== null;
}

/** Inclusive corners, as those of a region. */
function boxOf({ top, left, height, width }: Window): [number, number, number, number] {
  return [left, top, left + width - 1, top + height - 1];
}

function interrupted(signal: AbortSignal, done: number): InterruptedError {
  const name = signal.reason instanceof InterruptedError ? signal.reason.signal : 'abort';
  return new InterruptedError(`stopped after ${done} pictures; what was written is whole`, name);
}

/** What decides how fast a walk is, with the defaults filled in; `budget` in bytes. @throws ConfigError that names the option */
function checkedSpeed({ batchSize = 1, workers = 0, memoryBudgetMb = DEFAULT_BUDGET_MB, ahead }: InspectOptions) {
  return {
    batchSize: batchSize === 'auto' ? batchSize : decodeValue(PositiveInteger, batchSize, 'inspect: batchSize'),
    workers: decodeValue(NonNegativeInteger, workers, 'inspect: workers'),
    budget: decodeValue(PositiveNumber, memoryBudgetMb, 'inspect: memoryBudgetMb') * 2 ** 20,
    ahead: ahead === undefined ? ahead : decodeValue(PositiveInteger, ahead, 'inspect: ahead'),
  };
}
