import type { BenchmarkReport } from '../workbench/benchmark/benchmark-run.js';
import type { TableContent } from './table.js';

/** What `imgano benchmark` shows people. */
export function speedTables({ latency, throughput, recommendation, ...report }: BenchmarkReport): TableContent[] {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const { flags, gain } = recommendation;
  const advice = flags === '' ? 'the defaults are as fast as any' : `${flags} (${gain.toFixed(2)} times as fast)`;
  return [
    {
      columns: [report.model, `${report.machine.backend} on ${report.machine.device}, ${report.precision}`],
      rows: [
        ['latency of one picture, p50', ms(latency.p50_ms)],
        ['p95', ms(latency.p95_ms)],
        ['the first picture', ms(latency.first_ms)],
        ['pictures', report.input.made ? 'made up (--input takes yours)' : report.input.pictures],
        ['of one timing, rounds', `${report.pictures}, ${report.rounds}`],
        ['cores busy elsewhere', report.load.cores_busy_elsewhere.toFixed(1)],
      ],
    },
    {
      columns: ['batch size', 'workers', 'pictures/s', 'lowest', 'highest', 'times as fast'],
      rows: throughput.map((speed) => [
        speed.batch_size,
        speed.workers,
        ...[speed.pictures_per_second, speed.lowest, speed.highest].map((rate) => Number(rate.toFixed(1))),
        Number(speed.gain.toFixed(2)),
      ]),
    },
    { columns: ['use', advice], rows: [['same bytes', 'all combinations gave the same records, maps and masks']] },
  ];
}
