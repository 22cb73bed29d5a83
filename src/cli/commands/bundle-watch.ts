import { Command, Option } from 'clipanion';
import { decode, NonNegativeNumber, PositiveNumber } from '../../config/codec.js';
import { DefectsFlags } from '../defects-flags.js';
import { parseNumber } from '../parse.js';
import { readKey } from '../read-key.js';
import { printReport } from '../report.js';
import { readSpeedFlags } from '../speed-flags.js';

export class BundleWatchCommand extends DefectsFlags {
  static override paths = [['bundle', 'watch']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'inspect every picture that appears in a folder, once',
    details: `
      Looks into the folder again and again, inspects what is new with one model that stays loaded, and adds a record to
      \`OUT/results.jsonl\`. A file is read when nobody has touched it for \`--settle\` seconds. The records are the state: after a
      restart, a crash or a power cut the watch goes on after them. SIGINT and SIGTERM end it between two records, with 130 and 143.

      \`--once\` does what is there and ends, for cron: with 0, with 1 when error records were written, with 2 on an error.
    `,
    examples: [
      ['At the line', 'imgano bundle watch bundles/part-a --folder camera/ --out results/ --export-masks'],
      ['From cron', 'imgano bundle watch bundles/part-a --folder camera/ --out results/ --once --json'],
    ],
  });
  bundle = Option.String({ required: true, name: 'bundle' });
  folder = Option.String('--folder', { required: true, description: 'where pictures appear; folders below it count' });
  out = Option.String('--out', {
    required: true,
    description: 'where records and artifacts go; not in the watched folder',
  });
  interval = Option.String('--interval', { description: 'seconds between two looks; default 1' });
  settle = Option.String('--settle', { description: 'seconds for which a file must be left alone; default 2' });
  once = Option.Boolean('--once', false, { description: 'do what is there and end' });
  includeMaps = Option.Boolean('--include-maps', { description: 'make anomaly maps' });
  exportMaps = Option.Boolean('--export-maps', false, {
    description: 'maps into OUT/maps (.npy); implies --include-maps',
  });
  exportMasks = Option.Boolean('--export-masks', false, { description: 'masks into OUT/masks; needs --defects' });
  exportOverlays = Option.Boolean('--export-overlays', false, { description: 'overlays into OUT/overlays' });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  publicKey = Option.String('--public-key', {
    description: 'a public Ed25519 key in PEM: the bundle must be signed with it',
  });
  batchSize = Option.String('--batch-size', {
    description: 'pictures that go through the model together, a number or auto; default 1; changes no byte',
  });
  memoryBudget = Option.String('--memory-budget', {
    description: 'megabytes that waiting pictures and batches may take, roughly; default 1024',
  });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<number> {
    const [{ openBundle }, { watchFolder }] = await Promise.all([
      import('../../workbench/bundle/open-bundle.js'),
      import('../../workbench/bundle/watch/watch-folder.js'),
    ]);
    const progress = await this.progress();
    const warn = (line: string) => progress.warn(line);
    const { backend, weights, folder, out, once, referenceDir: references } = this;
    const interval = decode(PositiveNumber, parseNumber('--interval', this.interval) ?? 1, '--interval');
    const settle = decode(NonNegativeNumber, parseNumber('--settle', this.settle) ?? 2, '--settle');
    const { batchSize, memoryBudgetMb } = readSpeedFlags(this);
    const defects = await this.runOverrides(warn);
    const publicKey = await readKey('--public-key', this.publicKey);
    const run = await openBundle(this.bundle, { backend, weights, references, defects, publicKey, warn });
    try {
      this.requireTogether('--export-masks', this.exportMasks, '--defects', run.info.defectsEnabled);
      const report = await watchFolder({
        ...{ run, folder, out, once, interval, settle, progress, signal },
        artifacts: { maps: this.exportMaps, masks: this.exportMasks, overlays: this.exportOverlays },
        maps: this.exportMaps || (this.includeMaps ?? run.info.mapsEnabled),
        references: references ?? null,
        speed: { batchSize, ...(memoryBudgetMb === undefined ? {} : { memoryBudgetMb }) },
      });
      const { processed, resumed, anomalous, new_errors: errors, pending } = report;
      progress.info(
        `${processed} pictures (${resumed} from before): ${anomalous} anomalous, ${errors} new errors, ${pending} pending`,
      );
      if (this.json) printReport(this.context.stdout, true, report, () => []);
      return errors > 0 ? 1 : 0;
    } finally {
      await run.dispose();
    }
  }
}
