import { Command } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class NativeStatusCommand extends BaseCommand {
  static override paths = [['native', 'status'], ['native']];
  static override usage = Command.Usage({
    category: 'Machine',
    description: 'list the native backends of this machine, without loading one',
    examples: [['As JSON', 'imgano native status --json']],
  });

  protected async run(): Promise<void> {
    const { nativeStatus } = await import('../../runtime/native/status.js');
    const status = nativeStatus();
    printReport(this.context.stdout, this.json, status, () => [
      { columns: ['folder', status.folder], rows: [['first choice', status.in_use ?? 'none (imgano native install)']] },
      {
        columns: ['native backend', 'kind', 'TensorFlow', 'size', 'state'],
        rows: [
          ...status.packages.map((p) => [`${p.name} ${p.version}`, 'package', null, null, p.problem ?? 'ready']),
          ...status.builds.map((b) => [b.dir, b.flavour, b.tensorflow, megabytes(b.bytes), b.problem ?? 'ready']),
        ],
      },
    ]);
  }
}

function megabytes(bytes: number | null): string | null {
  return bytes === null ? null : `${Math.round(bytes / 1e6)} MB`;
}
