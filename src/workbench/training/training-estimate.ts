import type { Progress } from '../../runtime/progress.js';
import { tf } from '../../runtime/tf.js';
import { STATE_KINDS, type TrainingState } from './training-step.js';

/** Steps from which the time is estimated; the one before them is not counted, because a graph may be made in it. */
const TIMED_STEPS = 5;
const MEGABYTE = 2 ** 20;

/** Says once, after the first steps of a training, what memory and how much time it takes. */
export class TrainingEstimate {
  private taken = 0;
  private startedAt = 0;

  /** @param keepsBest whether a second copy of the values is kept */
  constructor(
    private readonly name: string,
    private readonly progress: Progress,
    private readonly keepsBest: boolean,
  ) {}

  /**
   * @param heldBytes what a step holds for its gradients
   * @param left steps that are still to come
   */
  stepTaken(state: TrainingState, heldBytes: number, left: number): void {
    this.taken++;
    if (this.taken === 1) this.startedAt = performance.now();
    if (this.taken !== TIMED_STEPS + 1) return;
    const seconds = (performance.now() - this.startedAt) / 1000 / TIMED_STEPS;
    const count = Object.values(state.values).reduce((sum, { size }) => sum + size, 0);
    const all = STATE_KINDS.flatMap((kind) => Object.values(state[kind]));
    const stateBytes = 4 * (all.reduce((sum, { size }) => sum + size, 0) + (this.keepsBest ? count : 0));
    // Before a step lets go of the old state, the new one is there.
    const step = 2 * stateBytes + heldBytes;
    const other = Math.max(0, tf.memory().numBytes - stateBytes);
    this.progress.info(
      `${this.name}: ${count.toLocaleString('en-US')} values to learn; about ${megabytes(step)} MB for a step (${megabytes(heldBytes)} MB of it for ` +
        `gradients) beside ${megabytes(other)} MB of pictures and fixed weights; ${left} more steps take about ${duration(seconds * left)}`,
    );
  }
}

function megabytes(bytes: number): string {
  const amount = bytes / MEGABYTE;
  return amount < 10 ? amount.toFixed(1) : amount.toFixed(0);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toPrecision(2)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${minutes.toPrecision(2)} min` : `${(minutes / 60).toPrecision(2)} h`;
}
