import { loadavg } from 'node:os';
import type { OpenedRun } from '../../inference/open-run.js';
import { environmentReport } from '../../runtime/environment-report.js';
import type { Precision } from '../../runtime/compile/precision.js';
import type { Progress } from '../../runtime/progress.js';
import { coresBusyElsewhere } from './busy-cores.js';
import { measureLatency, type Latency } from './latency.js';
import { requireGoingOn } from '../require-going-on.js';
import { recommend, type Recommendation } from './recommend.js';
import { sweepSpeeds, type Variant, type VariantSpeed } from './speed-sweep.js';
import { withPictures } from './with-pictures.js';

export interface BenchmarkOptions {
  /** Pictures, folders, globs or manifests; without any, pictures are made. */
  readonly inputs: readonly string[];
  readonly batchSizes: readonly (number | 'auto')[];
  readonly workers: readonly number[];
  readonly rounds: number;
  /** Pictures of one timing; by default as many as take about a second and a half. */
  readonly pictures?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface BenchmarkReport {
  readonly model: string;
  readonly config_sha256: string;
  readonly precision: Precision;
  readonly defects: boolean;
  readonly maps: boolean;
  readonly machine: Readonly<Record<string, unknown>>;
  /** Cores that others kept busy before the timings, and the load average of the last minute at their end. */
  readonly load: { readonly cores_busy_elsewhere: number; readonly load_average: number };
  readonly input: { readonly made: boolean; readonly pictures: number };
  readonly rounds: number;
  /** Pictures of one timing. */
  readonly pictures: number;
  readonly latency: Latency;
  readonly throughput: readonly VariantSpeed[];
  /** All variants gave the same records, maps and masks; a benchmark in which they do not ends with an error. */
  readonly same_bytes: true;
  readonly recommendation: Recommendation;
}

/** Others' use of the processor, in cores, above which figures are not to be believed. */
const BUSY_CORES = 0.25;
const MADE = 24;
const LATENCY = { least: 10, most: 100, seconds: 3 };
const TIMING = { most: 512, seconds: 1.5 };

/**
 * Latency and throughput of a run on this machine: one picture at a time, then every combination of batch size and workers. The first of
 * each list together are what the others are measured by.
 *
 * @param run in this process
 * @throws DataError when the pictures cannot be read; ImganoError when variants differ in what they give; InterruptedError
 */
export async function benchmarkRun(run: OpenedRun, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { progress, signal, rounds } = options;
  const check = () => requireGoingOn(signal);
  const variants = options.workers.flatMap((workers) =>
    options.batchSizes.map((batch_size): Variant => ({ batch_size, workers })),
  );
  return withPictures(run, options.inputs, MADE, async (sources) => {
    const busy = await coresBusyElsewhere();
    if (busy > BUSY_CORES) {
      progress.warn(
        `other programs keep ${busy.toFixed(1)} cores busy: figures of this run are too low, and uncertain`,
      );
    }
    const probe = await measureLatency(run, sources, 3, check);
    const fitting = (limits: { most: number; seconds: number }) =>
      Math.min(limits.most, Math.ceil((1000 * limits.seconds) / probe.p50_ms));
    const tried = Math.max(LATENCY.least, fitting(LATENCY));
    const latency = { ...(await measureLatency(run, sources, tried, check)), first_ms: probe.first_ms };
    const largest = Math.max(...options.batchSizes.map((size) => (size === 'auto' ? 1 : size)));
    // Whole batches: what is left over goes one by one.
    const pictures = options.pictures ?? largest * Math.ceil(Math.max(2 * largest, fitting(TIMING)) / largest);
    const compared = 2 * largest + 1;
    const throughput = await sweepSpeeds(run, sources, { variants, rounds, pictures, compared, progress, check });
    const { model, configSha256, precision, defectsEnabled, mapsEnabled } = run.info;
    return {
      ...{ model, config_sha256: configSha256, precision, defects: defectsEnabled, maps: mapsEnabled },
      machine: { ...(await environmentReport()) },
      load: { cores_busy_elsewhere: busy, load_average: loadavg()[0] },
      input: { made: options.inputs.length === 0, pictures: sources.length },
      ...{ rounds, pictures, latency, throughput, same_bytes: true, recommendation: recommend(throughput) },
    };
  });
}
