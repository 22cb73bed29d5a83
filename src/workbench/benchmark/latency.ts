import type { PictureSource } from '../../data/picture.js';
import type { OpenedRun } from '../../inference/open-run.js';
import { quantile } from '../../inference/thresholds/quantile.js';

/** From the path of a picture to its record, one picture at a time. */
export interface Latency {
  /** The first picture of all: it compiles, allocates and loads. */
  readonly first_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
  readonly pictures: number;
}

/** Pictures that warm up, beside the first. */
const WARM_UP = 2;

/** How long it takes when nothing is known beforehand: one picture, decoded, inspected and told, before the next is named. */
export async function measureLatency(
  run: OpenedRun,
  sources: readonly PictureSource[],
  pictures: number,
  check: () => void,
): Promise<Latency> {
  const times: number[] = [];
  for (let i = 0; i <= WARM_UP + pictures; i++) {
    check();
    const started = performance.now();
    for await (const _record of run.inspect([sources[i % sources.length]], { batchSize: 1, workers: 0, ahead: 1 }));
    times.push(performance.now() - started);
  }
  const sorted = Float64Array.from(times.slice(1 + WARM_UP)).sort();
  return {
    first_ms: times[0],
    p50_ms: quantile(sorted, 0.5),
    p95_ms: quantile(sorted, 0.95),
    max_ms: sorted[sorted.length - 1],
    pictures,
  };
}
