import { join } from 'node:path';
import { Command, Option } from 'clipanion';
import { DefectsFlags } from '../defects-flags.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';

export class InferCommand extends DefectsFlags {
  static override paths = [['infer']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'score pictures with a trained run, and find their defects',
    details: `
      Writes one JSON line a picture, in input order: the score, the label (\`score > threshold\`), and with
      \`--defects\` the regions. A picture that cannot be read stops the run with one sentence, unless
      \`--continue-on-error\` turns it into an error record; it is never scored. Ends with 0, with 1 when error records
      were written, with 2 on an error, with 130 or 143 when it was stopped; what was written is whole in every case.
    `,
    examples: [
      ['Scores', 'imgano infer --infer-config runs/part-a/infer_config.json --input pictures/ --save-jsonl out.jsonl'],
      [
        'Regions, masks and overlays',
        'imgano infer --infer-config runs/part-a/infer_config.json --input pictures/ --save-jsonl out.jsonl --defects --save-masks masks/ --save-overlays overlays/',
      ],
    ],
  });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'infer_config.json, or its run folder',
  });
  input = Option.Array('--input', {
    required: true,
    description: 'a picture, a folder, a glob or a manifest (repeatable)',
  });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples: a folder of pictures of the same names, or one picture for all',
  });
  jsonl = Option.String('--save-jsonl', { description: 'where the records go; default: the standard output' });
  includeMaps = Option.Boolean('--include-maps', { description: 'make anomaly maps' });
  maps = Option.String('--save-maps', { description: 'folder for the maps (.npy, float32); needs --include-maps' });
  masks = Option.String('--save-masks', { description: 'folder for the masks; needs --defects' });
  overlays = Option.String('--save-overlays', {
    description: 'folder for pictures with heat map and regions drawn in',
  });
  overlayMaxSize = Option.String('--overlay-max-size', {
    description: 'shrink overlays until their longer side has at most so many pixels',
  });
  regions = Option.String('--defects-regions-jsonl', {
    description: 'a second file with the regions; needs --defects',
  });
  continueOnError = Option.Boolean('--continue-on-error', false, { description: 'unreadable pictures become records' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm or cpu; default: the best there is' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<number> {
    const [
      { openRun },
      { writeInspections, makeFolders },
      { JsonlFile, JsonlStream },
      { openSources },
      { refuseOverwriting },
    ] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../../inference/write-inspections.js'),
      import('../../inference/sinks/jsonl.js'),
      import('../../data/sources.js'),
      import('../../inference/sinks/refuse-overwriting.js'),
    ]);
    const progress = await this.progress();
    const defectsKeys = await this.runOverrides((line) => progress.warn(line));
    const overlayMaxSize = await this.overlaySize();
    // All inputs are looked up before the model is loaded: a wrong path should not cost a minute.
    const sources = await openSources(this.input);
    const run = await openRun(this.inferConfig, {
      backend: this.backend,
      weights: this.weights,
      references: this.referenceDir,
      defects: defectsKeys,
      warn: (line) => progress.warn(line),
    });
    try {
      const defects = run.info.defectsEnabled;
      const maps = this.includeMaps ?? run.info.mapsEnabled;
      this.requireTogether('--save-maps', this.maps !== undefined, '--include-maps', maps);
      this.requireTogether('--save-masks', this.masks !== undefined, '--defects', defects);
      this.requireTogether('--defects-regions-jsonl', this.regions !== undefined, '--defects', defects);
      const config = [this.inferConfig, join(this.inferConfig, 'infer_config.json')];
      const read = [...sources.map(({ name }) => name), ...config];
      refuseOverwriting({ '--save-jsonl': this.jsonl, '--defects-regions-jsonl': this.regions }, read);
      const folders = { maps: this.maps, masks: this.masks, overlays: this.overlays, overlayMaxSize };
      await makeFolders(folders);
      const sink = this.jsonl === undefined ? new JsonlStream(this.context.stdout) : new JsonlFile(this.jsonl);
      const regionsSink = this.regions === undefined ? undefined : new JsonlFile(this.regions);
      const inspections = run.inspectAll(sources, {
        maps,
        mapArtifacts: this.overlays !== undefined,
        onError: this.continueOnError ? 'record' : 'throw',
        signal,
      });
      progress.start('inspecting', sources.length);
      try {
        const outputs = { ...folders, regions: regionsSink };
        const counts = await writeInspections(inspections, sink, outputs, run.info.pixelThreshold, (done) =>
          progress.update(done.processed),
        );
        progress.stop();
        const { processed, anomalous, regions, errors } = counts;
        const found = defects ? `, ${regions} regions` : '';
        progress.info(`${processed} pictures: ${anomalous} anomalous${found}, ${errors} errors`);
        // The standard output is the records' unless they go to a file.
        if (this.json && this.jsonl !== undefined) printReport(this.context.stdout, true, counts, () => []);
        return errors > 0 ? 1 : 0;
      } finally {
        progress.stop();
        sink.close();
        regionsSink?.close();
      }
    } finally {
      await run.dispose();
    }
  }

  private async overlaySize(): Promise<number | undefined> {
    const size = parseNumber('--overlay-max-size', this.overlayMaxSize);
    if (size === undefined) return undefined;
    const { decode, PositiveInteger } = await import('../../config/codec.js');
    return decode(PositiveInteger, size, '--overlay-max-size');
  }
}
