import type { RunConfig } from '../../config/run-config.js';
import type { PictureSource } from '../../data/picture.js';
import { byRegion } from '../../data/by-region.js';
import { ConfigError, ImganoError, InterruptedError } from '../../errors.js';
import { Engine } from '../../inference/engine.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { scorerFor } from '../../inference/scorer-for.js';
import { FitTiles } from '../../inference/tiles/fit-tiles.js';
import { walkPictures } from '../../inference/walk.js';
import type { Detector, FitSource } from '../../models/detector.js';
import { silent } from '../../runtime/progress.js';
import { createTrainer } from '../training/create-trainer.js';
import type { PreparedRun } from './prepare-run.js';

/** Pictures of the two trials. */
const FEW = 2;
const MORE = 4;
/** A trial that takes longer is stopped. */
const PATIENCE_MS = 30_000;

/** What a run will take, from a trial with a few of its pictures on this machine. */
export interface RunEstimate {
  /** Pictures of the trial; 0 where none was possible. */
  readonly measured_on: number;
  /** Grows with the pictures; what grows faster (the choice of a bank among all patches) is in the model's own plan. */
  readonly fit_seconds: number | null;
  readonly calibrate_seconds: number | null;
  /** 0 without test pictures. */
  readonly evaluate_seconds: number | null;
  /** Megabytes that the process held at the end of the trial. */
  readonly process_mb: number;
  /** What the model says that the whole fit will take; empty where it does not plan. */
  readonly plan: readonly string[];
  /** Why figures are missing; null where they are not. */
  readonly missing: string | null;
}

/**
 * Fits on two and on four pictures and scores two, and reckons up from there. The prepared detector is used up: it is fitted, but not on the
 * pictures of the run.
 *
 * @throws ConfigError when the model says that the whole fit does not fit its memory budget; InterruptedError
 */
export async function estimateRun(config: RunConfig, run: PreparedRun, signal?: AbortSignal): Promise<RunEstimate> {
  const { detector, references, tiles, pictures } = run;
  const { fit, calibration, test } = pictures;
  const trial = new Trial(config, run, signal);
  try {
    await trial.fit(fit.slice(0, FEW));
    const few = await trial.fit(fit.slice(0, FEW));
    const more = await trial.fit(fit.slice(0, MORE));
    const extra = Math.min(MORE, fit.length) - Math.min(FEW, fit.length);
    const perPicture = extra === 0 ? few / fit.length : Math.max(0, (more - few) / extra);
    const once = Math.max(0, few - perPicture * Math.min(FEW, fit.length));
    const engine = new Engine(detector, scorerFor(detector, references, tiles));
    await secondsOf(() => score(engine, calibration.slice(0, 1)));
    const shown = calibration.slice(0, FEW);
    const each = (await secondsOf(() => score(engine, shown))) / shown.length;
    const plan = await trial.plan(fit);
    return {
      measured_on: Math.min(MORE, fit.length),
      fit_seconds: rounded(once + perPicture * fit.length),
      calibrate_seconds: rounded(each * calibration.length),
      evaluate_seconds: rounded(config.output.per_image_jsonl ? each * test.length : 0),
      process_mb: processMb(),
      plan,
      missing: null,
    };
  } catch (error) {
    if (isRefusalOfMemory(error)) throw new MemoryError(error.message);
    if (!(error instanceof ImganoError) || signal?.aborted === true) throw error;
    const missing =
      error instanceof InterruptedError
        ? `a trial on ${MORE} pictures takes longer than ${PATIENCE_MS / 1000} s`
        : `no trial on ${MORE} pictures was possible: ${error.message}`;
    const none = { fit_seconds: null, calibrate_seconds: null, evaluate_seconds: null, plan: [] };
    return { measured_on: 0, ...none, process_mb: processMb(), missing };
  }
}

/** A model that knows that the whole fit does not fit. */
export class MemoryError extends ConfigError {}

/** Every model that plans its memory names the key that bounds it. */
function isRefusalOfMemory(error: unknown): error is ConfigError {
  return error instanceof ConfigError && error.message.includes('memory_mb');
}

class Trial {
  private readonly stop: AbortSignal;

  constructor(
    private readonly config: RunConfig,
    private readonly run: PreparedRun,
    signal?: AbortSignal,
  ) {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    this.stop = signal === undefined ? patience : AbortSignal.any([patience, signal]);
  }

  async fit(sources: readonly PictureSource[]): Promise<number> {
    const source = await this.source(sources);
    return secondsOf(() => this.detector.fit(source, this.context()));
  }

  /** The lines that a model tells of its plan when it believes to see all pictures, though it is shown a few. */
  async plan(all: readonly PictureSource[]): Promise<string[]> {
    const few = await this.source(all.slice(0, FEW));
    const share = all.length / Math.min(FEW, all.length);
    const source: FitSource = { count: Math.round(few.count * share), batches: () => few.batches() };
    const lines: string[] = [];
    const info = (line: string) => void lines.push(line);
    try {
      await this.detector.fit(source, this.context(info));
    } catch (error) {
      // Some models do not work with fewer pictures than they were told of; that says nothing about the fit.
      if (isRefusalOfMemory(error) || error instanceof InterruptedError || !(error instanceof ImganoError)) throw error;
    }
    return lines;
  }

  private get detector(): Detector {
    return this.run.detector;
  }

  private context(info: (line: string) => void = () => {}) {
    const progress = { ...silent, info };
    return { seed: this.config.seed, progress, signal: this.stop, train: createTrainer() };
  }

  private async source(sources: readonly PictureSource[]): Promise<PictureFitSource> {
    const { tiles, references, detector } = this.run;
    const parts = await FitTiles.of(sources, tiles);
    const shown = tiles === null ? sources : sources.map((source) => byRegion(source));
    return new PictureFitSource(shown, detector.input, FEW, this.stop, references, parts);
  }
}

async function score(engine: Engine, sources: readonly PictureSource[]): Promise<void> {
  for await (const { outcome } of walkPictures(engine, sources, { map: true, defects: null })) {
    if ('error' in outcome) throw outcome.error;
  }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;
const processMb = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);
