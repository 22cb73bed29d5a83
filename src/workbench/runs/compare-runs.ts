import { METRIC_DIRECTIONS } from '../train/run-report.js';
import { configDifference, type ConfigDifference } from './config-difference.js';
import { METRICS, readRun, summaryOf, type MetricName, type RunSummary, type StoredRun } from './read-run.js';

/** What has to be the same for two figures to say something about the models. */
export const COMPARABILITY = ['target', 'split', 'test', 'environment', 'operator_contract'] as const;
export type Comparability = (typeof COMPARABILITY)[number];

export interface MetricRow {
  readonly value: number | null;
  /** Rounded to 12 decimals; null where one of the two is missing. */
  readonly delta_vs_baseline: number | null;
  readonly status: 'baseline' | 'improved' | 'regressed' | 'unchanged' | 'missing';
}

export interface ComparedRun extends RunSummary {
  readonly metric_rows: Readonly<Partial<Record<MetricName, MetricRow>>>;
  readonly comparability: Readonly<Record<Comparability, 'baseline' | 'matched' | 'mismatched' | 'missing'>>;
  readonly config_differences: readonly ConfigDifference[];
  readonly verdict: 'baseline' | 'pass' | 'blocked' | 'informational';
  /** Why it is blocked or informational: `test:mismatched`, `image_auroc:regressed`. */
  readonly reasons: readonly string[];
}

export interface CompareOptions {
  /** One of the paths; by default the first. */
  readonly baseline?: string;
  /** What must match, or the verdict is `blocked`. */
  readonly required: readonly Comparability[];
  /** A figure that is worse by more than this has regressed; 0 by default. */
  readonly tolerance?: number;
}

export interface Comparison {
  readonly baseline: string;
  readonly runs: readonly ComparedRun[];
  /** Figures that regressed, over all runs. */
  readonly regressions: number;
  readonly blocked: number;
}

/**
 * Holds runs against a baseline: figures, whether they may be compared at all, and in what their configs differ.
 *
 * @param paths run folders
 * @throws DataError when one has no report
 */
export async function compareRuns(paths: readonly string[], options: CompareOptions): Promise<Comparison> {
  const { baseline = paths[0], tolerance = 0 } = options;
  const others = paths.filter((path) => path !== baseline);
  const first = await readRun(baseline);
  const runs = [asBaseline(first)];
  for (const path of others) runs.push(compared(await readRun(path), first, { ...options, tolerance }));
  const rows = runs.flatMap(({ metric_rows }) => Object.values(metric_rows));
  return {
    baseline,
    runs,
    regressions: rows.filter(({ status }) => status === 'regressed').length,
    blocked: runs.filter(({ verdict }) => verdict === 'blocked').length,
  };
}

function asBaseline(run: StoredRun): ComparedRun {
  const rows = METRICS.flatMap((name) => {
    const value = run.metrics[name];
    return value === undefined ? [] : [[name, { value, delta_vs_baseline: 0, status: 'baseline' as const }] as const];
  });
  return {
    ...summaryOf(run),
    metric_rows: Object.fromEntries(rows),
    comparability: Object.fromEntries(COMPARABILITY.map((name) => [name, 'baseline'])) as ComparedRun['comparability'],
    config_differences: [],
    verdict: 'baseline',
    reasons: [],
  };
}

function compared(run: StoredRun, baseline: StoredRun, options: CompareOptions & { tolerance: number }): ComparedRun {
  const rows = METRICS.flatMap((name) => {
    const [before, value] = [baseline.metrics[name], run.metrics[name]];
    return before === undefined && value === undefined
      ? []
      : [[name, rowOf(name, value, before, options.tolerance)] as const];
  });
  const matches = Object.fromEntries(
    COMPARABILITY.map((name) => [name, matchOf(partOf(run, name), partOf(baseline, name))]),
  ) as ComparedRun['comparability'];
  const unmet = COMPARABILITY.filter((name) => matches[name] !== 'matched');
  const blocking = unmet.filter((name) => options.required.includes(name));
  // Another machine changes little, a contract no figure; other pictures change what figures mean.
  const doubtful = unmet.filter((name) => name === 'target' || name === 'test');
  const told = (blocking.length > 0 ? blocking : doubtful).map((name) => `${name}:${matches[name]}`);
  const worse = rows.filter(([, { status }]) => status === 'regressed').map(([name]) => `${name}:regressed`);
  return {
    ...summaryOf(run),
    metric_rows: Object.fromEntries(rows),
    comparability: matches,
    config_differences: configDifference(baseline.config, run.config),
    verdict: blocking.length > 0 ? 'blocked' : doubtful.length > 0 ? 'informational' : 'pass',
    reasons: [...told, ...worse],
  };
}

function rowOf(name: MetricName, value: number | undefined, before: number | undefined, tolerance: number): MetricRow {
  if (value === undefined || before === undefined) {
    return { value: value ?? null, delta_vs_baseline: null, status: 'missing' };
  }
  const delta = Number((value - before).toFixed(12));
  const gain = METRIC_DIRECTIONS[name] === 'higher' ? delta : -delta;
  const status = gain > 0 ? 'improved' : gain < -tolerance ? 'regressed' : 'unchanged';
  return { value, delta_vs_baseline: delta, status };
}

function partOf(run: StoredRun, name: Comparability): string | null {
  if (name === 'target') return run.dataset === null ? null : JSON.stringify([run.dataset, run.category]);
  return name === 'operator_contract' ? run.contract : run[name];
}

function matchOf(value: string | null, baseline: string | null): 'matched' | 'mismatched' | 'missing' {
  if (value === null || baseline === null) return 'missing';
  return value === baseline ? 'matched' : 'mismatched';
}
