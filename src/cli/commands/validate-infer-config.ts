import { Command, Option } from 'clipanion';
import { findingLine } from '../../config/finding.js';
import type { ValidationReport } from '../../workbench/validate/validate-infer-config.js';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class ValidateInferConfigCommand extends BaseCommand {
  static override paths = [['validate-infer-config']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'check an infer_config.json and the files that it names, without running it',
    details: `
      Tells every finding with its place, its code, and what to do. Errors are what loading the config would refuse, by the
      same checks. Ends with 0 when there are none, with 1 when there are (with \`--strict\` also for warnings), and with 2
      when the command itself is wrong.
    `,
    examples: [
      ['A run', 'imgano validate-infer-config runs/part-a'],
      ['In a script', 'imgano validate-infer-config runs/part-a/infer_config.json --json --strict'],
    ],
  });
  document = Option.String({ name: 'PATH' });
  strict = Option.Boolean('--strict', false, { description: 'warnings fail the check too' });
  checkFiles = Option.Boolean('--check-files', true, {
    description: 'look at the files and weights that the config names; on by default',
  });
  inferCategory = Option.String('--infer-category', {
    description: 'of a config of several categories, the one to check',
  });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(): Promise<number> {
    const { validateInferConfig } = await import('../../workbench/validate/validate-infer-config.js');
    const { checkFiles, inferCategory: category, weights } = this;
    const report = await validateInferConfig(this.document, { checkFiles, category, weights });
    const failed = !report.valid || (this.strict && report.warnings > 0);
    if (this.json) printReport(this.context.stdout, true, { ...report, passed: !failed }, () => []);
    else this.tell(report, failed);
    return failed ? 1 : 0;
  }

  private tell(report: ValidationReport, failed: boolean): void {
    for (const finding of report.findings) {
      this.context.stderr.write(`${finding.severity}: ${findingLine(report.file, finding)} [${finding.code}]\n`);
    }
    if (failed) {
      this.context.stdout.write(`failed: ${report.errors} errors, ${report.warnings} warnings\n`);
      return;
    }
    const { config, semantics, trust } = report;
    const words = {
      model: config?.model.name,
      category: config?.category ?? 'none',
      schema_version: config?.schema_version,
      semantics,
      checkpoint: config?.checkpoint?.path ?? 'none',
      trust: trust?.status,
    };
    const lines = [
      `ok: ${Object.entries(words)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
      ...Object.entries(trust?.signals ?? {}).map(([name, there]) => `trust_signal.${name}=${there}`),
      ...(trust?.degraded_by ?? []).map((name) => `degraded_by=${name}`),
      ...Object.entries(trust?.audit_refs ?? {}).map(([role, path]) => `audit_ref.${role}=${path}`),
    ];
    this.context.stdout.write(`${lines.join('\n')}\n`);
  }
}
