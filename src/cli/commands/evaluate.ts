import { Command, Option } from 'clipanion';
import { DefectsFlags } from '../defects-flags.js';
import { profileTable } from '../profile-table.js';
import { printReport } from '../report.js';
import type { StageProfile } from '../../runtime/profile/stage-profile.js';
import type { EvaluationReport } from '../../workbench/evaluate/evaluate-run.js';

export class EvaluateCommand extends DefectsFlags {
  static override paths = [['evaluate']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'measure a trained run on labelled test pictures',
    details: `
      Image AUROC, average precision and F1 at the calibrated threshold; pixel AUROC and AUPRO (up to a false positive
      rate of 0.3) where every defect has a mask. Maps and masks are compared at the pictures' own size. With \`--defects\`
      also what the regions are worth: false regions on good pictures, and the defects that a region touches.
    `,
    examples: [
      ['On a folder in the MVTec layout', 'imgano evaluate --infer-config runs/part-a --data part-a/ --json'],
      [
        'What a preset is worth',
        'imgano evaluate --infer-config runs/part-a --data part-a/ --defects-preset industrial-defects-fp40-v2',
      ],
    ],
  });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'infer_config.json, or its run folder',
  });
  data = Option.String('--data', { required: true, description: 'a folder in the MVTec layout, or a manifest' });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  profile = Option.Boolean('--profile', false, {
    description: 'the time of every stage, in the report too (profile)',
  });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    const [{ openRun }, { evaluateRun }] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../../workbench/evaluate/evaluate-run.js'),
    ]);
    const progress = await this.progress();
    const { backend, weights, referenceDir: references } = this;
    const warn = (line: string) => progress.warn(line);
    const defects = await this.runOverrides(warn);
    const run = await openRun(this.inferConfig, { backend, weights, references, defects, warn });
    const clock = this.profile ? await startedProfile() : undefined;
    try {
      const report = await evaluateRun(run, this.data, { progress, signal, clock });
      const { normal, anomalous } = report.pictures;
      const profile = clock?.report();
      printReport(this.context.stdout, this.json, { ...report, ...(profile && { profile }) }, () => [
        {
          columns: [report.model, `${normal} good, ${anomalous} with defects`],
          rows: [
            ['image AUROC', shown(report.image_auroc)],
            ['image AP', shown(report.image_ap)],
            ['image F1 at the threshold', shown(report.image_f1)],
            ['pixel AUROC', shown(report.pixel_auroc, report.pixel_metrics_missing)],
            ['AUPRO (up to 0.3)', shown(report.aupro, report.pixel_metrics_missing)],
            ...regionRows(report),
          ],
        },
        {
          columns: ['kind', 'pictures', 'flagged'],
          rows: Object.entries(report.by_defect).map(([kind, { pictures, flagged }]) => [kind, pictures, flagged]),
        },
        ...(profile ? [profileTable(profile)] : []),
      ]);
    } finally {
      clock?.stop();
      await run.dispose();
    }
  }
}

/** Begins when the backend runs. */
async function startedProfile(): Promise<StageProfile> {
  const { StageProfile } = await import('../../runtime/profile/stage-profile.js');
  return new StageProfile();
}

function regionRows(report: EvaluationReport): [string, string][] {
  const { defects_total: total, defects_hit: hit, defect_pictures: pictures, defect_pictures_hit: found } = report;
  if (total === undefined) return [];
  return [
    ['false regions in 100 good pictures', report.false_regions_per_100_good?.toFixed(1) ?? '-'],
    ['defects hit', `${hit} of ${total}, on ${found} of ${pictures} pictures`],
    ['regions that hit a defect', shown(report.region_precision ?? null, '(no regions)')],
  ];
}

function shown(value: number | null, why: string | null = null): string {
  return value === null ? `- ${why ?? '(needs good pictures and defects)'}` : value.toFixed(4);
}
