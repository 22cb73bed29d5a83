import type { RunConfig } from '../../config/run-config.js';
import type { TrainOptions, TrainReport } from '../train/train-run.js';

/** What a recipe does with its config. */
export type RecipeWork = (config: RunConfig, options: TrainOptions) => Promise<TrainReport>;

/** A named way to make a run: data, of which `load` alone brings code. */
export interface Recipe {
  readonly name: string;
  /** One sentence: what it is good for. */
  readonly summary: string;
  readonly tags: readonly string[];
  /** Keys of a run config, which hold where the document and the flags say nothing. `defects.preset` names a preset. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What such a config has to name beside its data. */
  readonly needs: readonly string[];
  load(): Promise<RecipeWork>;
}
