import { Command, Option } from 'clipanion';
import { decode, NonNegativeNumber, oneOf, PositiveInteger } from '../../config/codec.js';
import { ConfigError, DataError } from '../../errors.js';
import { BaseCommand } from '../base-command.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';
import { RunsFilter } from '../runs-filter.js';

export class RunsListCommand extends RunsFilter {
  static override paths = [['runs', 'list'], ['runs']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'list the runs below a folder, the newest first',
    examples: [['Of one model, as JSON', 'imgano runs list --model vision_patchcore --json']],
  });
  limit = Option.String('--limit', { description: 'at most so many' });

  protected async run(): Promise<void> {
    const limit = this.limit && decode(PositiveInteger, parseNumber('--limit', this.limit), '--limit');
    const { runs, unreadable } = await this.found();
    const shown = runs.slice(0, limit || runs.length);
    const { runsTable } = await import('../runs-tables.js');
    printReport(this.context.stdout, this.json, { runs: shown, unreadable }, () => runsTable(shown));
    if (this.json) return;
    for (const { message } of unreadable) this.context.stderr.write(`warning: ${message}\n`);
  }
}

export class RunsLatestCommand extends RunsFilter {
  static override paths = [['runs', 'latest']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'print the folder of the newest run, and nothing else',
    examples: [['In a script', 'imgano runs latest --dataset part-a']],
  });

  protected async run(): Promise<void> {
    const [latest] = (await this.found()).runs;
    if (latest === undefined) throw new DataError(`${this.root}: no such run was found; train one with imgano train`);
    if (this.json) printReport(this.context.stdout, true, latest, () => []);
    else this.context.stdout.write(`${latest.path}\n`);
  }
}

export class RunsShowCommand extends BaseCommand {
  static override paths = [['runs', 'show']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'show one run: what it was made from, its figures, and how much it can prove',
    details: `
      The quality is measured on the files of the run: partial, reproducible, audited (contracts, a calibration card that agrees with the
      config, every signal of trust) or deployable (also a whole deploy bundle).
    `,
    examples: [['A run', 'imgano runs show runs/part-a']],
  });
  folder = Option.String({ name: 'RUN' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(): Promise<void> {
    const [{ readRun, summaryOf }, { runQuality }, { runTables }] = await Promise.all([
      import('../../workbench/runs/read-run.js'),
      import('../../workbench/runs/run-quality.js'),
      import('../runs-tables.js'),
    ]);
    const shown = { ...summaryOf(await readRun(this.folder)), ...(await runQuality(this.folder, this.weights)) };
    printReport(this.context.stdout, this.json, shown, () => runTables(shown));
  }
}

export class RunsCompareCommand extends BaseCommand {
  static override paths = [['runs', 'compare']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'hold runs against a baseline: figures, whether they may be compared, and in what the configs differ',
    details: `
      Ends with 0, or with 1 when something that \`--require\` names does not match, or a figure regressed under \`--fail-on-regression\`.
    `,
    examples: [
      ['Two runs', 'imgano runs compare runs/part-a runs/part-b'],
      [
        'As a gate',
        'imgano runs compare runs/part-a runs/part-b --require test --fail-on-regression --tolerance 0.005',
      ],
    ],
  });
  folders = Option.Rest({ name: 'RUN', required: 2 });
  baseline = Option.String('--baseline', { description: 'the run to hold the others against; default: the first' });
  require = Option.Array('--require', {
    description: 'target, split, test, environment or operator_contract: must be the same (repeatable)',
  });
  failOnRegression = Option.Boolean('--fail-on-regression', false, {
    description: 'end with 1 when a figure is worse',
  });
  tolerance = Option.String('--tolerance', { description: 'so much worse is not yet a regression; default 0' });

  protected async run(): Promise<number> {
    const [{ COMPARABILITY, compareRuns }, { comparisonTables }] = await Promise.all([
      import('../../workbench/runs/compare-runs.js'),
      import('../runs-tables.js'),
    ]);
    if (this.baseline !== undefined && !this.folders.includes(this.baseline)) {
      throw new ConfigError(`--baseline ${this.baseline}: expected one of the runs; name it among them`);
    }
    const comparison = await compareRuns(this.folders, {
      baseline: this.baseline,
      required: (this.require ?? []).map((name) => decode(oneOf(COMPARABILITY), name, '--require')),
      tolerance: decode(NonNegativeNumber, parseNumber('--tolerance', this.tolerance) ?? 0, '--tolerance'),
    });
    printReport(this.context.stdout, this.json, comparison, () => comparisonTables(comparison));
    const failed = comparison.blocked > 0 || (this.failOnRegression && comparison.regressions > 0);
    return failed ? 1 : 0;
  }
}
