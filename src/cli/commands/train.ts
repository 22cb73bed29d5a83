import { Command, Option } from 'clipanion';
import { overlay } from '../../config/overlay.js';
import { ConfigError } from '../../errors.js';
import { TileFlags } from '../tile-flags.js';
import { parseJsonObject, parseNumber } from '../parse.js';
import { printReport } from '../report.js';

export class TrainCommand extends TileFlags {
  static override paths = [['train']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'fit a model on good pictures and calibrate its thresholds',
    details: `
      Fits the model on good pictures, reads the image and the pixel threshold from good pictures that were held out
      from the fit, and writes a run folder: \`infer_config.json\`, \`model/\`, \`report.json\`, \`environment.json\`.
      A run that is stopped or fails leaves no folder behind.
    `,
    examples: [
      [
        'PatchCore on a folder of good pictures',
        'imgano train --model vision_patchcore --train good/ --out runs/part-a',
      ],
      ['From a file', 'imgano train --config part-a.yaml --out runs/part-a'],
      [
        'At most 20 false regions in 1,000 good parts',
        'imgano train --model vision_patchcore --train good/ --out runs/part-a --defects-preset industrial-defects-fp40-v2 --false-region-budget 20',
      ],
    ],
  });
  config = Option.String('--config', { description: 'a run config, JSON or YAML; flags beat its keys' });
  model = Option.String('--model', { description: 'a model of `imgano models list`' });
  train = Option.String('--train', {
    description: 'good pictures: a folder, a folder in the MVTec layout, a manifest',
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
  backend = Option.String('--backend', { description: 'tensorflow, wasm or cpu; default: the best there is' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    const { readRunConfig } = await import('../../workbench/train/read-run-config.js');
    const config = await readRunConfig(this.config ?? null, await this.overrides());
    const out = this.out ?? config.output.output_dir;
    if (out === null) throw new ConfigError('train: say where the run goes with --out FOLDER');
    const [{ trainRun }, { openWeightsStore }] = await Promise.all([
      import('../../workbench/train/train-run.js'),
      import('../../models/weights-store.js'),
    ]);
    const weights = openWeightsStore({ searchDirs: this.weights });
    const progress = await this.progress();
    const report = await trainRun(config, { out, backend: this.backend, weights, progress, signal });
    printReport(this.context.stdout, this.json, report, () => ({
      columns: ['run', report.run_dir],
      rows: [
        ['model', report.model],
        ['fitted on / held out', `${report.train_count} / ${report.calibration_count} pictures`],
        ['image threshold', report.threshold.toPrecision(6)],
        ['pixel threshold', report.pixel_threshold?.toPrecision(6) ?? 'none (the model gives no maps)'],
        ['fit / calibrate', `${report.seconds.fit} s / ${report.seconds.calibrate} s on ${report.backend}`],
        ['next', `imgano infer --infer-config ${report.infer_config} --input PICTURES`],
      ],
    }));
  }

  /** Only what was given, in the shape of the run config, so that it can be laid over the file. */
  private async overrides(): Promise<Record<string, unknown>> {
    const [{ regionBudgetOfFlags }, { imageRuleOfFlags }] = await Promise.all([
      import('../region-budget-of-flags.js'),
      import('../image-rule-of-flags.js'),
    ]);
    return {
      seed: parseNumber('--seed', this.seed),
      tiling: await this.tilingOverrides(),
      dataset: { root: this.train, reference_dir: this.referenceDir },
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
