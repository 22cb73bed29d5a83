import type { InputRule } from '../config/input-rule.js';
import type { Size } from '../config/size.js';
import type { BorderMode } from '../ops/border-index.js';
import type { Precision } from '../runtime/compile/precision.js';
import type { Progress } from '../runtime/progress.js';
import type { Trainer } from './training/training-task.js';
import type { Tensor1D, Tensor3D, Tensor4D } from '../runtime/tf.js';

/** Pictures of one shape, ready for a model. */
export interface Batch {
  /** `[n, h, w, 3]` (or 1 for a grey input rule), float32, 0..255; owned by whoever made the batch */
  readonly pixels: Tensor4D;
  /** What each picture should look like, of the shape of `pixels` and owned alike; for models that need references. */
  readonly references?: Tensor4D;
  /** Where each picture came from, in order. */
  readonly sources: readonly string[];
  /** The size of each picture before the input rule was applied. */
  readonly sizes: readonly Size[];
}

/** The pictures to fit on; can be walked more than once. */
export interface FitSource {
  readonly count: number;
  /** Batches in input order. The consumer disposes `pixels` and `references`. Pictures of another shape start a new batch. */
  batches(): AsyncIterable<Batch>;
}

/** Pictures of labelled defects, for models that can learn from them; none of them is ever a test picture. */
export interface DefectBatch extends Batch {
  /** `[n, h, w, 1]`: the share of every pixel that is defective; -1 all over a picture without a mask. Owned as `pixels`. */
  readonly masks: Tensor4D;
}

/** The pictures with labelled defects; can be walked more than once, as a `FitSource`. */
export interface DefectSource {
  readonly count: number;
  /** Batches in input order. The consumer disposes `pixels` and `masks`. */
  batches(): AsyncIterable<DefectBatch>;
}

export interface FitContext {
  readonly seed: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** For models that are trained step by step; `requireTrainer` refuses a fit without one. */
  readonly train?: Trainer;
  /** For models that learn from labelled defects as well; absent = there are none. */
  readonly defects?: DefectSource;
  /** Pictures of other things than the parts, for models that learn from them as well; absent = there are none. */
  readonly others?: FitSource;
}

/** What one forward pass gives, on the device; owned by the caller. */
export interface Scored {
  /** `[n]`, higher = more anomalous */
  readonly scores: Tensor1D;
  /** `[n, mh, mw]` at feature resolution, higher = more anomalous; null for a model without maps */
  readonly maps: Tensor3D | null;
}

/** How a map at feature resolution becomes a map of the picture. */
export interface MapRule {
  readonly interpolation: 'bilinear' | 'bicubic' | 'nearest';
  /** Standard deviation of the Gaussian that follows, in pixels of the model's input; 0 = none. */
  readonly sigma: number;
  /** What the Gaussian sees beyond the edge; absent = `reflect`. */
  readonly border?: BorderMode;
}

/**
 * A detector. Scores do not depend on batch size, batch neighbours or order; `fit` is deterministic given the seed.
 * Every method that needs a fitted model throws `NotFittedError` before `fit` or `load`.
 */
export interface Detector {
  /** What the detector wants to see; known before fitting. */
  readonly input: InputRule;
  readonly map: MapRule;
  /** In what its network runs when it scores; absent = float32. Fitting is float32 always. */
  readonly precision?: Precision;
  fit(source: FitSource, context: FitContext): Promise<void>;
  /** Borrows `batch.pixels`; asynchronous because the first batch of a shape may compile a graph. */
  score(batch: Batch): Promise<Scored>;
  /** Writes `model.json` and its tensors into an existing, empty folder. */
  save(dir: string): Promise<void>;
  load(dir: string): Promise<void>;
  /** Only where nothing is learned: ready without `fit` and `load`. */
  startUntrained?(): void;
  dispose(): void;
}
