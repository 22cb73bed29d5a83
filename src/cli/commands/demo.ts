import { Command, Option } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';

export class DemoCommand extends BaseCommand {
  static override paths = [['demo']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'show the whole line on made-up pictures: train, inspect, evaluate, one HTML page',
    examples: [['In a folder of your choice', 'imgano demo --out /tmp/imgano-demo']],
  });
  out = Option.String('--out', 'out/demo', { description: 'the folder to write; an earlier demo there is replaced' });
  seed = Option.String('--seed', { description: 'whole number; default 0' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });

  protected async run(signal: AbortSignal): Promise<void> {
    const { runDemo } = await import('../../workbench/demo/run-demo.js');
    const { out, backend } = this;
    const seed = parseNumber('--seed', this.seed) ?? 0;
    const report = await runDemo({ out, seed, backend, progress: await this.progress(), signal });
    printReport(this.context.stdout, this.json, report, () => ({
      columns: ['kind', 'image AUROC', 'pixel AUROC', 'AUPRO'],
      rows: [
        ...Object.entries(report.kinds).map(([kind, metrics]) => [
          kind,
          ...[metrics.image_auroc, metrics.pixel_auroc, metrics.aupro].map((value) => value?.toFixed(3) ?? '-'),
        ]),
        ['page', report.page],
        ['took', `${report.seconds} s on ${report.backend}`],
      ],
    }));
  }
}
