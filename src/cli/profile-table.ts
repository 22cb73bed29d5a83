import type { DurationSummary } from '../runtime/profile/duration-histogram.js';
import type { ProfileReport } from '../runtime/profile/stage-profile.js';
import { QUEUES, STAGES } from '../runtime/profile/stages.js';
import type { TableContent } from './table.js';

/** The time of every stage and of every wait, for people. */
export function profileTable({ stages, waits }: ProfileReport): TableContent {
  const row = (name: string, { count, p50_ms, p95_ms, max_ms, total_ms }: DurationSummary) => [
    name,
    count,
    ...[p50_ms, p95_ms, max_ms].map((ms) => Number(ms.toFixed(2))),
    Number((total_ms / 1000).toFixed(2)),
  ];
  return {
    columns: ['stage', 'pictures', 'p50 ms', 'p95 ms', 'max ms', 'total s'],
    rows: [
      ...STAGES.map((stage) => row(stage, stages[stage])),
      ...QUEUES.map((queue) => row(`waiting: ${queue}`, waits[queue])),
    ],
  };
}

/** What a profile says of the whole run, in one line. */
export function profileLine(report: ProfileReport): string {
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return (
    `${report.wall_seconds.toFixed(2)} s in all, ${megabytes(report.read_back_bytes)} read back, at most ` +
    `${report.peak_tensors} tensors (${megabytes(report.peak_tensor_bytes)})`
  );
}
