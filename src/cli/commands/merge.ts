import { Command, Option } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class MergeCommand extends BaseCommand {
  static override paths = [['merge']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'put the records of shards together',
    details: `
      Joins what \`imgano infer --shard I/N\` wrote on N machines: checks by the headers (\`FILE.run.json\`) that the files are all
      the shards of one run, each whole, and writes the lines that the run would have written in one piece, byte for byte.
    `,
    examples: [['Three shards', 'imgano merge out-1.jsonl out-2.jsonl out-3.jsonl --out all.jsonl']],
  });
  shards = Option.Rest({ name: 'shards', required: 1 });
  out = Option.String('--out', { required: true, description: 'where the records go' });
  regions = Option.String('--defects-regions-jsonl', { description: 'a second file with the regions' });

  protected async run(signal: AbortSignal): Promise<number> {
    const [{ mergeShards }, { refuseOverwriting }] = await Promise.all([
      import('../../inference/shards/merge-shards.js'),
      import('../../inference/sinks/refuse-overwriting.js'),
    ]);
    const { shards, out, regions } = this;
    refuseOverwriting({ '--out': out, '--defects-regions-jsonl': regions }, shards);
    const progress = await this.progress();
    progress.start('merging');
    try {
      const onDone = (records: number) => progress.update(records);
      const counts = await mergeShards({ shards, out, regions, signal, onDone });
      progress.stop();
      printReport(this.context.stdout, this.json, { shards: shards.length, ...counts }, () => ({
        columns: ['shards', String(shards.length)],
        rows: [
          ['records', counts.processed],
          ['anomalous', counts.anomalous],
          ['regions', counts.regions],
          ['errors', counts.errors],
        ],
      }));
      return 0;
    } finally {
      progress.stop();
    }
  }
}
