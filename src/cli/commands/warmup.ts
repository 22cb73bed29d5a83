import { Command, Option } from 'clipanion';
import type { WarmUp } from '../../workbench/benchmark/warm-up.js';
import { decode, PositiveInteger } from '../../config/codec.js';
import { BaseCommand } from '../base-command.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';
import type { TableContent } from '../table.js';

export class WarmupCommand extends BaseCommand {
  static override paths = [['warmup']];
  static override usage = Command.Usage({
    category: 'Machine',
    description: 'let the driver of a GPU compile what a run needs, once, before the line starts',
    details:
      'Kernels for a card that the library holds no code for are compiled at their first use, which can take minutes, and kept in ' +
      'CUDA_CACHE_PATH. Run it after every installation of a driver, a library or a run. On a processor nothing is kept, and it only shows ' +
      'what the first picture costs.',
    examples: [
      [
        'The sizes and batches of the line',
        'imgano warmup --infer-config runs/part-a --input one-of-each-size/ --batch-sizes 1,8',
      ],
    ],
  });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'infer_config.json, or its run folder',
  });
  input = Option.Array('--input', {
    description: "pictures of every size that will come (repeatable); default: one of the model's size is made",
  });
  batchSizes = Option.String('--batch-sizes', '1', { description: 'batch sizes that will be used' });
  amp = Option.Boolean('--amp', false, { description: 'with the network in reduced precision' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm or cpu; default: the best there is' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    const batchSizes = this.batchSizes
      .split(',')
      .map((size) => decode(PositiveInteger, parseNumber('--batch-sizes', size.trim()), '--batch-sizes'));
    const [{ openRun }, { warmUp }] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../../workbench/benchmark/warm-up.js'),
    ]);
    const progress = await this.progress();
    const { backend, weights, amp, input: inputs = [] } = this;
    const run = await openRun(this.inferConfig, { backend, weights, amp, warn: (line) => progress.warn(line) });
    try {
      const report = await warmUp(run, { inputs, batchSizes, progress, signal });
      printReport(this.context.stdout, this.json, report, () => warmUpTable(report));
    } finally {
      await run.dispose();
    }
  }
}

function warmUpTable({ batches, kept_in }: WarmUp): TableContent {
  return {
    columns: ['batch size', 'first, ms a picture', 'then, ms a picture', 'kept in'],
    rows: batches.map(({ batch_size, first_ms, then_ms }) => [
      String(batch_size),
      first_ms.toFixed(1),
      then_ms.toFixed(1),
      kept_in ?? 'nothing to keep on a processor',
    ]),
  };
}
