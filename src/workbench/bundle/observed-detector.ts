import type { TensorSummary } from '../../config/bundle.js';
import type { Batch, Detector, Scored } from '../../models/detector.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import { summariseTensor } from './tensor-summary.js';

/** Calls that are kept of one picture: a large one may have hundreds of tiles. */
const KEPT = 4;

/** What a model saw and gave, call by call. */
export interface Observed {
  readonly pixels: TensorSummary[];
  readonly scores: TensorSummary[];
  readonly maps: TensorSummary[];
}

/** A detector that tells what goes in and what comes out, and is otherwise the one inside it. */
export class ObservedDetector implements Detector {
  /** Since `restart`. */
  seen: Observed = { pixels: [], scores: [], maps: [] };
  private offset = 0;

  /** @param inner owned from now on */
  constructor(private readonly inner: Detector) {}

  get input() {
    return this.inner.input;
  }

  get map() {
    return this.inner.map;
  }

  /** Forgets what was seen. @param offset is added to every value of the maps from now on */
  restart(offset = 0): void {
    this.seen = { pixels: [], scores: [], maps: [] };
    this.offset = offset;
  }

  async score(batch: Batch): Promise<Scored> {
    const scored = await this.inner.score(batch);
    if (this.seen.pixels.length < KEPT) {
      this.seen.pixels.push(await summary(batch.pixels));
      this.seen.scores.push(await summary(scored.scores));
      if (scored.maps !== null) this.seen.maps.push(await summary(scored.maps));
    }
    if (this.offset === 0 || scored.maps === null) return scored;
    const maps = tf.add<typeof scored.maps>(scored.maps, this.offset);
    scored.maps.dispose();
    return { ...scored, maps };
  }

  fit: Detector['fit'] = (source, context) => this.inner.fit(source, context);
  save: Detector['save'] = (dir) => this.inner.save(dir);
  load: Detector['load'] = (dir) => this.inner.load(dir);

  dispose(): void {
    this.inner.dispose();
  }
}

async function summary(tensor: Tensor): Promise<TensorSummary> {
  return summariseTensor(tensor.shape, (await tensor.data()) as Float32Array);
}
