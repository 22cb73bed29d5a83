import type { TrainReport } from '../workbench/train/train-run.js';
import type { TableContent } from './table.js';

/** What a training run tells people. */
export function trainTables(report: TrainReport): TableContent {
  const { results, seconds } = report;
  const shown = (value: number | null) => value?.toFixed(4) ?? '-';
  return {
    columns: ['run', report.run_dir],
    rows: [
      ['model', report.model],
      ['fitted on / held out', `${report.train_count} / ${report.calibration_count} pictures`],
      ...(report.labelled_defects === undefined ? [] : [['labelled defects', defectsLine(report.labelled_defects)]]),
      ...(report.other_pictures === undefined ? [] : [['other pictures', String(report.other_pictures)]]),
      ['image threshold', report.threshold.toPrecision(6)],
      ['pixel threshold', report.pixel_threshold?.toPrecision(6) ?? 'none (the model gives no maps)'],
      ...(results === null
        ? []
        : [
            ['tested on', `${results.pictures.normal} good pictures, ${results.pictures.anomalous} with defects`],
            ['image AUROC / AP / F1', [results.image_auroc, results.image_ap, results.image_f1].map(shown).join(' / ')],
            ['pixel AUROC / AUPRO', [results.pixel_auroc, results.aupro].map(shown).join(' / ')],
          ]),
      [
        'fit / calibrate / evaluate',
        `${seconds.fit} / ${seconds.calibrate} / ${seconds.evaluate} s on ${report.backend}`,
      ],
      ...(report.deploy_bundle === undefined ? [] : [['deploy bundle', report.deploy_bundle]]),
      ['next', `imgano infer --infer-config ${report.infer_config} --input PICTURES`],
    ],
  };
}

function defectsLine({ pictures, masks }: NonNullable<TrainReport['labelled_defects']>): string {
  return `${pictures} pictures, ${masks} of them with a mask`;
}
