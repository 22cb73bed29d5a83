import { Option } from 'clipanion';
import { overlay } from '../config/overlay.js';
import type { RunConfig } from '../config/run-config.js';
import { parseJsonObject, parseNumber } from './parse.js';
import { TileFlags } from './tile-flags.js';

/** The flags that say what a training run is: `train` and `preflight` have the same. */
export abstract class TrainFlags extends TileFlags {
  config = Option.String('--config', { description: 'a run config, JSON or YAML; flags beat its keys' });
  model = Option.String('--model', { description: 'a model of `imgano models list`' });
  recipe = Option.String('--recipe', { description: 'a recipe of --list-recipes; default industrial-adapt' });
  train = Option.String('--train', {
    description: 'good pictures: a folder, a folder in the MVTec layout, a manifest',
  });
  category = Option.String('--category', { description: 'of a data set with several, the category to train on' });
  defectsDir = Option.String('--defects-dir', {
    description: 'labelled defects to learn from, for models that can: KIND/NAME.png, masks in ground_truth/KIND',
  });
  othersDir = Option.String('--others-dir', {
    description: 'pictures of other things to learn from, for models that can: a folder of textures, photographs',
  });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  out = Option.String('--out', { description: 'the run folder to write; must not exist, or be empty' });
  modelKwargs = Option.String('--model-kwargs', { description: 'parameters of the model as a JSON object' });
  seed = Option.String('--seed', { description: 'whole number; default 0' });
  contamination = Option.String('--contamination', {
    description: 'share of bad pictures among the good ones, 0 to 0.5',
  });
  quantile = Option.String('--calibration-quantile', { description: 'held-out quantile that becomes the threshold' });
  budget = Option.String('--false-region-budget', {
    description: 'at most so many false regions in 1,000 good pictures; chooses the strategy false_region_budget',
  });
  budgetConfidence = Option.String('--false-region-confidence', {
    description: 'the confidence of the budget; default 0.95',
  });
  holdout = Option.String('--holdout-fraction', {
    description: 'share of the good pictures that is held out; default 0.2',
  });
  rule = Option.String('--calibration-rule', {
    description: 'how the image threshold is found: quantile, peaks_over_threshold or false_alarm_budget',
  });
  alarmBudget = Option.String('--false-alarm-budget', {
    description: 'at most so many of 1,000 good pictures are flagged; chooses the rule false_alarm_budget',
  });
  alarmConfidence = Option.String('--false-alarm-confidence', {
    description: 'the confidence of that budget; default 0.95',
  });
  tailFraction = Option.String('--tail-fraction', {
    description: 'for peaks_over_threshold: the share of the highest scores that the tail is fitted to; default 0.1',
  });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  /** The run config: recipe, file and flags laid over each other. @throws ConfigError with every problem */
  protected async runConfig(): Promise<RunConfig> {
    const { readRunConfig } = await import('../workbench/train/read-run-config.js');
    return readRunConfig(this.config ?? null, await this.overrides());
  }

  /** Where the run goes: the flag, the config, or a name of its own. */
  protected async runFolder(config: RunConfig): Promise<string> {
    const { runFolderFor } = await import('../workbench/train/run-name.js');
    return this.out ?? config.output.output_dir ?? runFolderFor(config, new Date());
  }

  /** Only what was given, in the shape of the run config, so that it can be laid over the file. */
  private async overrides(): Promise<Record<string, unknown>> {
    const [{ regionBudgetOfFlags }, { imageRuleOfFlags }] = await Promise.all([
      import('./region-budget-of-flags.js'),
      import('./image-rule-of-flags.js'),
    ]);
    return {
      seed: parseNumber('--seed', this.seed),
      recipe: this.recipe,
      tiling: await this.tilingOverrides(),
      dataset: {
        root: this.train,
        category: this.category,
        reference_dir: this.referenceDir,
        defects_dir: this.defectsDir,
        others_dir: this.othersDir,
      },
      model: {
        name: this.model,
        model_kwargs: parseJsonObject('--model-kwargs', this.modelKwargs),
        contamination: parseNumber('--contamination', this.contamination),
      },
      calibration: {
        holdout_fraction: parseNumber('--holdout-fraction', this.holdout),
        ...imageRuleOfFlags(this),
      },
      defects: overlay(await this.defectsOverrides(), regionBudgetOfFlags(this)),
    };
  }
}
