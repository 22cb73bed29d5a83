import { COMPARABILITY, type Comparison, type MetricRow } from '../workbench/runs/compare-runs.js';
import { METRICS, type RunSummary } from '../workbench/runs/read-run.js';
import type { RunQuality } from '../workbench/runs/run-quality.js';
import type { TableContent } from './table.js';

const shown = (value: number | null | undefined): string => value?.toFixed(4) ?? '-';

export function runsTable(runs: readonly RunSummary[]): TableContent {
  return {
    columns: ['run', 'created (UTC)', 'model', 'data set', 'image AUROC', 'pixel AUROC', 'AUPRO'],
    rows: runs.map(({ path, created, model, dataset, category, metrics }) => [
      path,
      created.slice(0, 19).replace('T', ' '),
      model,
      [dataset ?? '-', ...(category === null ? [] : [category])].join(' / '),
      ...[metrics.image_auroc, metrics.pixel_auroc, metrics.aupro].map(shown),
    ]),
  };
}

export function runTables(run: RunSummary & RunQuality): TableContent[] {
  const { metrics, quality, missing } = run;
  return [
    {
      columns: ['run', run.path],
      rows: [
        ['created (UTC)', run.created],
        ['model', run.model],
        ['data set', [run.dataset ?? '-', ...(run.category === null ? [] : [run.category])].join(' / ')],
        ['recipe / seed / backend', [run.recipe, run.seed, run.backend].map((part) => part ?? '-').join(' / ')],
        [
          'image / pixel threshold',
          [run.threshold, run.pixel_threshold].map((v) => v?.toPrecision(6) ?? '-').join(' / '),
        ],
        ...METRICS.flatMap((name) => (metrics[name] === undefined ? [] : [[name, shown(metrics[name])]])),
        ['quality', quality],
      ],
    },
    ...(missing.length === 0 ? [] : [{ columns: ['missing for the next step'], rows: missing.map((line) => [line]) }]),
  ];
}

export function comparisonTables({ runs }: Comparison): TableContent[] {
  const names = METRICS.filter((name) => runs.some(({ metric_rows }) => metric_rows[name] !== undefined));
  const differing = runs.flatMap(({ name, config_differences }) =>
    config_differences.map(({ key, baseline, value }) => [name, key, JSON.stringify(baseline), JSON.stringify(value)]),
  );
  return [
    {
      columns: ['run', ...names, 'verdict', 'why'],
      rows: runs.map((run) => [
        run.name,
        ...names.map((name) => cell(run.metric_rows[name])),
        run.verdict,
        run.reasons.join(' '),
      ]),
    },
    {
      columns: ['run', ...COMPARABILITY],
      rows: runs.map((run) => [run.name, ...COMPARABILITY.map((name) => run.comparability[name])]),
    },
    ...(differing.length === 0 ? [] : [{ columns: ['run', 'config key', 'baseline', 'here'], rows: differing }]),
  ];
}

function cell(row: MetricRow | undefined): string {
  if (row === undefined || row.value === null) return '-';
  const { delta_vs_baseline: delta, status } = row;
  if (delta === null || status === 'baseline') return shown(row.value);
  return `${shown(row.value)} (${delta >= 0 ? '+' : ''}${delta.toFixed(4)})`;
}
