import { tf } from '../tf.js';
import { DurationHistogram, type DurationSummary } from './duration-histogram.js';
import { watchReadBacks } from './read-backs.js';
import type { StageClock } from './stage-clock.js';
import { QUEUES, STAGES, type QueueName, type StageName } from './stages.js';
import type { TraceWriter } from './trace-writer.js';

/** What `--profile-json` writes; milliseconds are those of single pictures. */
export interface ProfileReport {
  readonly stages: Readonly<Record<StageName, DurationSummary>>;
  /** `decoders`: how long the device stood still for a picture; `device`: how long a decoded picture waited for its turn. */
  readonly waits: Readonly<Record<QueueName, DurationSummary>>;
  /** Bytes that came from the device to the host. */
  readonly read_back_bytes: number;
  /** The most tensors, and bytes in tensors, that were alive at the end of a stage. */
  readonly peak_tensors: number;
  readonly peak_tensor_bytes: number;
  readonly wall_seconds: number;
}

/**
 * The time of every stage, with waits, read-backs and tensors. A stage of a batch is shared equally among its pictures. On a GPU, work is
 * only queued until somebody reads a result, so `model` there ends with the read-back of the scores.
 */
export class StageProfile implements StageClock {
  private readonly stages = histograms(STAGES);
  private readonly waits = histograms(QUEUES);
  private readonly started = performance.now();
  private readonly stopWatching: () => void;
  private bytes = 0;
  private tensors = 0;
  private tensorBytes = 0;

  /** Watches the backend that runs now, until `stop`. */
  constructor(private readonly trace: TraceWriter | null = null) {
    this.stopWatching = watchReadBacks((bytes) => (this.bytes += bytes));
  }

  async time<T>(stage: StageName, pictures: number, work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      const took = performance.now() - started;
      for (let i = 0; i < pictures; i++) this.stages[stage].add(took / pictures);
      this.trace?.event(stage, started, took, { pictures });
      const { numTensors, numBytes } = tf.memory();
      this.tensors = Math.max(this.tensors, numTensors);
      this.tensorBytes = Math.max(this.tensorBytes, numBytes);
    }
  }

  add(stage: StageName, milliseconds: number): void {
    this.stages[stage].add(milliseconds);
    this.trace?.event(stage, performance.now() - milliseconds, milliseconds, { pictures: 1 });
  }

  wait(queue: QueueName, milliseconds: number): void {
    this.waits[queue].add(milliseconds);
  }

  report(): ProfileReport {
    return {
      stages: summaries(this.stages),
      waits: summaries(this.waits),
      read_back_bytes: this.bytes,
      peak_tensors: this.tensors,
      peak_tensor_bytes: this.tensorBytes,
      wall_seconds: Math.round(performance.now() - this.started) / 1000,
    };
  }

  stop(): void {
    this.stopWatching();
  }
}

function histograms<K extends string>(names: readonly K[]): Record<K, DurationHistogram> {
  return Object.fromEntries(names.map((name) => [name, new DurationHistogram()])) as Record<K, DurationHistogram>;
}

function summaries<K extends string>(of: Record<K, DurationHistogram>): Record<K, DurationSummary> {
  const entries = Object.entries<DurationHistogram>(of).map(([name, histogram]) => [name, histogram.summary()]);
  return Object.fromEntries(entries) as Record<K, DurationSummary>;
}
