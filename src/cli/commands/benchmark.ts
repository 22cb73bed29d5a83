import { Command, Option } from 'clipanion';
import { ConfigError } from '../../errors.js';
import type { OpenRunOptions } from '../../inference/open-run.js';
import type { AmpDriftOptions } from '../../workbench/benchmark/amp-drift.js';
import { DefectsFlags } from '../defects-flags.js';
import { driftTable } from '../drift-table.js';
import { printReport } from '../report.js';
import { speedTables } from '../speed-tables.js';

export class BenchmarkCommand extends DefectsFlags {
  static override paths = [['benchmark']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'measure how fast a run is on this machine, and which flags make it faster',
    details: `
      Latency of single pictures, then pictures a second for every combination of batch size and decode threads, timed in turn after a
      warm-up, and the flags to use. All combinations must give the same bytes. Without \`--input\` pictures of the model's
      input size are made up: give real ones where it matters, because decoding and defects depend on them.

      \`--amp-drift\` compares bfloat16 with float32 instead: how far scores, maps and regions move on your pictures, and what it gains.
      Ends with 0, also where bfloat16 is not available, and with 2 when combinations differ in what they give.
    `,
    examples: [
      ['What to turn', 'imgano benchmark --infer-config runs/part-a --input pictures/'],
      ['What bfloat16 would change', 'imgano benchmark --infer-config runs/part-a --input pictures/ --amp-drift'],
    ],
  });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'infer_config.json, or its run folder',
  });
  input = Option.Array('--input', { description: 'a picture, a folder, a glob or a manifest (repeatable)' });
  batchSizes = Option.String('--batch-sizes', '1,2,4,8', {
    description: 'batch sizes to try, numbers or auto; the first is what the others are measured by',
  });
  workers = Option.String('--workers', '0,1,2,4', {
    description: 'numbers of decode threads to try; the first is what the others are measured by',
  });
  rounds = Option.String('--rounds', { description: 'timings of every combination; default 3' });
  pictures = Option.String('--pictures', {
    description: 'pictures of one timing; default: as many as take about a second and a half',
  });
  amp = Option.Boolean('--amp', false, { description: 'measure with the network in bfloat16' });
  ampDrift = Option.Boolean('--amp-drift', false, {
    description: 'compare bfloat16 with float32 on --input, instead of the speeds',
  });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    const [{ openRun }, { readSweepFlags }] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../sweep-flags.js'),
    ]);
    const { rounds, ...sweep } = readSweepFlags(this);
    const progress = await this.progress();
    const warn = (line: string) => progress.warn(line);
    const { backend, weights, referenceDir: references, input: inputs = [] } = this;
    const options: OpenRunOptions = { backend, weights, references, defects: await this.runOverrides(warn), warn };
    if (this.ampDrift) {
      if (this.amp) throw new ConfigError('--amp-drift does not go with --amp: it measures both precisions');
      return this.drift(options, { inputs, rounds, progress, signal });
    }
    const { benchmarkRun } = await import('../../workbench/benchmark/benchmark-run.js');
    const run = await openRun(this.inferConfig, { ...options, amp: this.amp });
    try {
      const report = await benchmarkRun(run, { inputs, rounds, ...sweep, progress, signal });
      printReport(this.context.stdout, this.json, report, () => speedTables(report));
    } finally {
      await run.dispose();
    }
  }

  private async drift(options: OpenRunOptions, measuring: AmpDriftOptions): Promise<void> {
    const [{ openRun }, { measureAmpDrift }] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../../workbench/benchmark/amp-drift.js'),
    ]);
    const lines: string[] = [];
    const low = await openRun(this.inferConfig, { ...options, amp: true, warn: (line) => lines.push(line) });
    try {
      if (low.info.precision !== 'bfloat16') return this.unavailable(lines.find((line) => line.startsWith('amp: ')));
      const exact = await openRun(this.inferConfig, options);
      try {
        const report = await measureAmpDrift(exact, low, measuring);
        printReport(this.context.stdout, this.json, { available: true, ...report }, () => driftTable(report));
      } finally {
        await exact.dispose();
      }
    } finally {
      await low.dispose();
    }
  }

  private unavailable(why = 'amp: bfloat16 is unavailable'): void {
    if (this.json) printReport(this.context.stdout, true, { available: false, why }, () => []);
    else this.context.stdout.write(`${why}\n`);
  }
}
