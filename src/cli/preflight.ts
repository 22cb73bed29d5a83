import type { RunConfig } from '../config/run-config.js';
import type { Progress } from '../runtime/progress.js';
import type { PreflightReport } from '../workbench/preflight/preflight-run.js';
import { printReport, type TextStream } from './report.js';
import type { TableContent } from './table.js';

interface Request {
  readonly out: string;
  readonly backend?: string;
  readonly weights?: readonly string[];
  readonly estimate: boolean;
  readonly json: boolean;
  readonly stdout: TextStream;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `imgano preflight`, and `imgano train --preflight`. @returns the exit code */
export async function preflight(config: RunConfig, request: Request): Promise<number> {
  const [{ preflightRun }, { openWeightsStore }] = await Promise.all([
    import('../workbench/preflight/preflight-run.js'),
    import('../models/weights-store.js'),
  ]);
  const { out, backend, estimate, signal, progress } = request;
  const weights = openWeightsStore({ searchDirs: request.weights });
  const warn = (line: string) => progress.warn(line);
  const report = await preflightRun(config, { out, backend, weights, estimate, warn, signal });
  printReport(request.stdout, request.json, { preflight: report }, () => tablesOf(report));
  return report.issues.some(({ severity }) => severity === 'error') ? 2 : 0;
}

function tablesOf(report: PreflightReport): TableContent[] {
  const { summary, estimate, picture_sizes: sizes, dataset_readiness: readiness } = report;
  const errors = report.issues.filter(({ severity }) => severity === 'error').length;
  const size = ({ height, width }: { height: number; width: number }) => `${width} x ${height}`;
  const rows: string[][] = [['model', report.model]];
  if (summary !== null) {
    const { train_count, calibration_count, test_count, test_anomaly_count } = summary;
    rows.push(['fit / calibrate', `${train_count} / ${calibration_count} good pictures`]);
    rows.push(['test', `${test_count} pictures, ${test_anomaly_count} of them with defects`]);
  }
  if (sizes !== null) rows.push(['pictures', `${size(sizes.smallest)} to ${size(sizes.largest)}`]);
  if (estimate !== null) {
    const { fit_seconds, calibrate_seconds, evaluate_seconds, process_mb, plan, missing } = estimate;
    const seconds = [fit_seconds, calibrate_seconds, evaluate_seconds].map((value) => value ?? '?').join(' / ');
    rows.push(['fit / calibrate / evaluate', `about ${seconds} s on ${report.backend}`]);
    rows.push(['memory', `${process_mb} MB after a trial on ${estimate.measured_on} pictures`]);
    for (const line of plan) rows.push(['the model plans', line]);
    if (missing !== null) rows.push(['no figures', missing]);
  }
  const found = [...report.issues, ...(readiness?.issue_details ?? [])];
  const seen = new Set<string>();
  const shown = found.filter(({ code, message }) => !seen.has(code + message) && seen.add(code + message));
  const verdict = errors > 0 ? `training would refuse it: ${errors} ${errors === 1 ? 'error' : 'errors'}` : 'ready';
  return [
    { columns: [report.dataset, verdict], rows },
    ...(shown.length === 0
      ? []
      : [
          {
            columns: ['', 'code', 'what'],
            rows: shown.map(({ severity, code, message }) => [severity, code, message]),
          },
        ]),
  ];
}
