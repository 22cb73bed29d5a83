import { Command, Option } from 'clipanion';
import type { DriftReport } from '../../workbench/drift/drift-report.js';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';
import type { TableContent } from '../table.js';

export class DriftCommand extends BaseCommand {
  static override paths = [['drift']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'compare the scores of a run with those of the calibration',
    details: `
      Says whether the scores of \`imgano infer\`, \`bundle run\` or \`bundle watch\` are still those of the good pictures that the
      threshold was calibrated on: population stability index, Kolmogorov-Smirnov test, shifts of quantiles, and the share above the
      threshold. Ends with 0, with 1 on the verdict \`drift\`, with 2 on an error.
    `,
    examples: [
      ['The last shift', 'imgano drift --reference bundles/part-a --jsonl results/results.jsonl'],
      ['As a plot', 'imgano drift --reference bundles/part-a --jsonl results/results.jsonl --plot drift.svg --json'],
    ],
  });
  reference = Option.String('--reference', { required: true, description: 'a bundle, or a run folder' });
  jsonl = Option.String('--jsonl', { required: true, description: 'the records to look at' });
  plot = Option.String('--plot', { description: 'an SVG file for the two distributions' });

  protected async run(): Promise<number> {
    const [{ readReference }, { readScores }, { driftReport }] = await Promise.all([
      import('../../workbench/drift/read-reference.js'),
      import('../../workbench/drift/read-scores.js'),
      import('../../workbench/drift/drift-report.js'),
    ]);
    const progress = await this.progress();
    const reference = await readReference(this.reference);
    const { scores, errors, configSha256 } = await readScores(this.jsonl);
    if (reference.configSha256 !== null && configSha256 !== null && configSha256 !== reference.configSha256) {
      progress.warn(
        `${this.jsonl}: was made with another config than the reference, so scores may differ for that alone`,
      );
    }
    const report = { ...driftReport(reference, scores), errors };
    if (this.plot !== undefined) {
      const [{ driftChart }, { writeFileWhole }] = await Promise.all([
        import('../../workbench/drift/drift-chart.js'),
        import('../../data/write-whole.js'),
      ]);
      await writeFileWhole(this.plot, driftChart(reference, scores));
    }
    printReport(this.context.stdout, this.json, report, () => tablesOf(report));
    return report.verdict === 'drift' ? 1 : 0;
  }
}

function tablesOf({ verdict, reasons, ...report }: DriftReport): TableContent[] {
  const { psi, ks, anomalous, quantiles } = report;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return [
    {
      columns: ['verdict', verdict],
      rows: [
        ...reasons.map((reason): [string, string] => ['because', reason]),
        ['scores', `${report.count}, against ${report.reference_count} of the calibration`],
        [
          'PSI',
          psi === null
            ? '- (the calibration has too few scores)'
            : `${psi.value.toFixed(4)} (p ${psi.p_value.toPrecision(3)})`,
        ],
        ['KS', `${ks.statistic.toFixed(4)} (p ${ks.p_value.toPrecision(3)})`],
        ...(anomalous === null ? [] : [['above the threshold', aboveText(anomalous, percent)] as [string, string]]),
      ],
    },
    {
      columns: ['quantile', 'calibration', 'now', 'shift', 'in IQR'],
      rows: quantiles.map(({ q, reference, now, shift, shift_in_iqr }) => [
        q,
        ...[reference, now, shift].map((value) => Number(value.toPrecision(5))),
        shift_in_iqr === null ? null : Number(shift_in_iqr.toFixed(2)),
      ]),
    },
  ];
}

function aboveText(anomalous: NonNullable<DriftReport['anomalous']>, percent: (share: number) => string): string {
  const { share, interval, expected } = anomalous;
  const meant = expected === null ? '' : `; meant for ${percent(expected)} of good pictures`;
  return `${percent(share)} (99 % interval ${percent(interval[0])} to ${percent(interval[1])})${meant}`;
}
