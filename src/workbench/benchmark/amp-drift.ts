import { openSources } from '../../data/sources.js';
import { ConfigError } from '../../errors.js';
import type { OpenedRun } from '../../inference/open-run.js';
import type { Inspection } from '../../inference/run.js';
import type { Progress } from '../../runtime/progress.js';
import { DriftTally, type DriftReport } from './drift-tally.js';
import { median } from './median.js';
import { requireGoingOn } from '../require-going-on.js';

export interface AmpDriftOptions {
  readonly inputs: readonly string[];
  /** Timings of each precision, in turn, after the comparison. */
  readonly rounds: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface AmpDriftReport extends DriftReport {
  readonly model: string;
  /** How many times as fast as float32, picture by picture from file to record: the median of the ratios within the rounds. */
  readonly gain: number;
}

/**
 * Inspects pictures in both precisions and tells how scores, labels, maps and regions moved, and what it gains.
 *
 * @param exact the run in float32, and `low` the same run with `amp`
 * @throws ConfigError when bfloat16 is not what `low` runs in, or without pictures: made ones would say nothing
 */
export async function measureAmpDrift(
  exact: OpenedRun,
  low: OpenedRun,
  { inputs, rounds, progress, signal }: AmpDriftOptions,
): Promise<AmpDriftReport> {
  if (inputs.length === 0) {
    throw new ConfigError('--amp-drift requires --input: how far results move depends on the pictures');
  }
  if (low.info.precision !== 'bfloat16') throw new ConfigError('--amp-drift: there is nothing to compare');
  const sources = await openSources(inputs);
  const { givesMaps, pixelThreshold, threshold, model } = exact.info;
  const options = { maps: givesMaps, defects: givesMaps && pixelThreshold !== null };
  const tally = new DriftTally(threshold);
  progress.start('comparing', sources.length);
  let done = 0;
  for await (const [a, b] of pairs(exact.inspectAll(sources, options), low.inspectAll(sources, options))) {
    requireGoingOn(signal);
    tally.add(a, b);
    progress.update(++done);
  }
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = [await secondsOf(exact, sources), await secondsOf(low, sources)];
    ratios.push(first / second);
  }
  progress.stop();
  return { model, gain: median(ratios), ...tally.report() };
}

async function secondsOf(run: OpenedRun, sources: Parameters<OpenedRun['inspect']>[0]): Promise<number> {
  const started = performance.now();
  for await (const _record of run.inspect(sources));
  return (performance.now() - started) / 1000;
}

/** Both walks in step, so that no more than a few pictures of each are held. */
async function* pairs(
  first: AsyncGenerator<Inspection>,
  second: AsyncGenerator<Inspection>,
): AsyncGenerator<[Inspection, Inspection]> {
  try {
    for await (const one of first) {
      const other = await second.next();
      if (other.done === true) return;
      yield [one, other.value];
    }
  } finally {
    await second.return(undefined);
  }
}
