import { Command, Option } from 'clipanion';
import { overlay } from '../../config/overlay.js';
import type { CalibrateOptions } from '../../workbench/calibrate/calibrate-run.js';
import { DefectsFlags } from '../defects-flags.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';

const SUPERVISED = 'supervised_f1';

export class CalibrateCommand extends DefectsFlags {
  static override paths = [['calibrate']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'find the thresholds of a trained run anew; the model stays as it is',
    details: `
      Reads the image and the pixel threshold from other good pictures, or by another rule, and writes a config that says how.
      Pictures that the model was fitted on are refused, and those of a test split, on which \`imgano evaluate\` reports.
    `,
    examples: [
      [
        'At most 5 of 1,000 good parts flagged',
        'imgano calibrate --infer-config runs/part-a --normals good-new/ --false-alarm-budget 5 --out runs/part-a/week-12.json',
      ],
      [
        'With known defects',
        'imgano calibrate --infer-config runs/part-a --normals good-new/ --anomalies bad/ --rule supervised_f1 --out runs/part-a-f1',
      ],
    ],
  });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'infer_config.json, or its run folder',
  });
  out = Option.String('--out', {
    required: true,
    description: 'a new .json beside the old one, or a new run folder, to which the model is copied',
  });
  data = Option.String('--data', { description: 'a data set whose good pictures of the val split are taken' });
  normals = Option.String('--normals', { description: 'good pictures: a folder, a glob or a manifest' });
  anomalies = Option.String('--anomalies', { description: 'pictures with defects, for --rule supervised_f1' });
  rule = Option.String('--rule', {
    description:
      'quantile (default), peaks_over_threshold, false_alarm_budget, fixed or supervised_f1: how the image threshold is found',
  });
  quantile = Option.String('--calibration-quantile', { description: 'the quantile of the good scores; default 0.995' });
  contamination = Option.String('--contamination', {
    description: 'share of bad pictures among the good ones, 0 to 0.5; used without a quantile',
  });
  threshold = Option.String('--threshold', { description: 'the image threshold itself, for --rule fixed' });
  alarmBudget = Option.String('--false-alarm-budget', {
    description: 'at most so many of 1,000 good pictures are flagged; chooses the rule false_alarm_budget',
  });
  alarmConfidence = Option.String('--false-alarm-confidence', {
    description: 'the confidence of that budget; default 0.95',
  });
  tailFraction = Option.String('--tail-fraction', {
    description: 'for peaks_over_threshold: the share of the highest scores that the tail is fitted to; default 0.1',
  });
  budget = Option.String('--false-region-budget', {
    description: 'at most so many false regions in 1,000 good pictures; chooses the strategy false_region_budget',
  });
  budgetConfidence = Option.String('--false-region-confidence', {
    description: 'the confidence of the budget; default 0.95',
  });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    const [{ calibrateRun }, { openWeightsStore }, { regionBudgetOfFlags }] = await Promise.all([
      import('../../workbench/calibrate/calibrate-run.js'),
      import('../../models/weights-store.js'),
      import('../region-budget-of-flags.js'),
    ]);
    const progress = await this.progress();
    const rule = await this.ruleOfFlags();
    const defects = overlay(await this.defectsOverrides(), regionBudgetOfFlags(this, true)) as Record<string, unknown>;
    const { data, normals, anomalies, out, backend, referenceDir: references } = this;
    const report = await calibrateRun(this.inferConfig, {
      ...{ data, normals, anomalies, out, rule, defects, backend, references, progress, signal },
      contamination: parseNumber('--contamination', this.contamination) ?? null,
      weights: openWeightsStore({ searchDirs: this.weights }),
    });
    const before = (value: number | null) => (value === null ? '' : ` (was ${value.toPrecision(6)})`);
    printReport(this.context.stdout, this.json, report, () => ({
      columns: ['config', report.infer_config],
      rows: [
        ['rule', report.rule],
        ['calibrated on', `${report.calibration_count} good pictures`],
        ['image threshold', `${report.threshold.toPrecision(6)}${before(report.threshold_before)}`],
        [
          'pixel threshold',
          report.pixel_threshold === null
            ? 'none (the model gives no maps)'
            : `${report.pixel_threshold.toPrecision(6)}${before(report.pixel_threshold_before)}`,
        ],
      ],
    }));
  }

  private async ruleOfFlags(): Promise<CalibrateOptions['rule']> {
    const [{ imageRuleOfFlags }, { decode }, { CalibrationConfig }] = await Promise.all([
      import('../image-rule-of-flags.js'),
      import('../../config/codec.js'),
      import('../../config/calibration.js'),
    ]);
    const supervised = this.rule === SUPERVISED;
    const given = imageRuleOfFlags({ ...this.flags(), rule: supervised ? undefined : this.rule });
    const threshold = parseNumber('--threshold', this.threshold);
    const whole = decode(CalibrationConfig, { ...given, threshold: threshold ?? null }, 'calibrate');
    return supervised ? { ...whole, rule: SUPERVISED } : whole;
  }

  private flags() {
    const { quantile, alarmBudget, alarmConfidence, tailFraction } = this;
    return { quantile, alarmBudget, alarmConfidence, tailFraction };
  }
}
