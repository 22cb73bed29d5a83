import { Command } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class NativeRemoveCommand extends BaseCommand {
  static override paths = [['native', 'remove']];
  static override usage = Command.Usage({
    category: 'Machine',
    description: 'remove the native backends from the cache folder',
    details: 'Packages of a project are left alone; npm removes those.',
    examples: [['Free the disk', 'imgano native remove']],
  });

  protected async run(): Promise<void> {
    const { removeNative } = await import('../../runtime/native/remove.js');
    const removed = removeNative();
    printReport(this.context.stdout, this.json, { removed }, () => ({
      columns: ['removed'],
      rows: removed.length > 0 ? removed.map((dir) => [dir]) : [['nothing was there']],
    }));
  }
}
