import type { AmpDriftReport } from '../workbench/benchmark/amp-drift.js';
import type { TableContent } from './table.js';

/** What `imgano benchmark --amp-drift` shows people. */
export function driftTable({ score, map, regions, ...report }: AmpDriftReport): TableContent {
  const percent = (share: number | null) => (share === null ? '-' : `${(100 * share).toPrecision(2)} %`);
  return {
    columns: [report.model, `bfloat16 against float32 on ${report.pictures} pictures`],
    rows: [
      ['score, mean change', percent(score.mean)],
      ['score, largest change', percent(score.max)],
      ['largest change, of the threshold', percent(report.score_max_of_threshold)],
      ['labels that flip', report.label_flips],
      ['map, mean error (of its highest value)', percent(map?.mean ?? null)],
      ['map, largest error', percent(map?.max ?? null)],
      ['regions in float32 / bfloat16', regions === null ? '-' : `${regions.float32} / ${regions.bfloat16}`],
      ['regions lost / gained', regions === null ? '-' : `${regions.lost} / ${regions.gained}`],
      ['times as fast, picture by picture', report.gain.toFixed(2)],
    ],
  };
}
