import { Command, Option } from 'clipanion';
import { DefectsFlags } from '../defects-flags.js';

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
  input = Option.Array('--input', { required: true, description: 'a picture, a folder or a glob (repeatable)' });
  jsonl = Option.String('--save-jsonl', { description: 'where the records go; default: the standard output' });
  includeMaps = Option.Boolean('--include-maps', { description: 'make anomaly maps' });
  maps = Option.String('--save-maps', { description: 'folder for the maps (.npy, float32); needs --include-maps' });
  masks = Option.String('--save-masks', { description: 'folder for the masks; needs --defects' });
  overlays = Option.String('--save-overlays', {
    description: 'folder for pictures with heat map and regions drawn in',
  });
  continueOnError = Option.Boolean('--continue-on-error', false, { description: 'unreadable pictures become records' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm or cpu; default: the best there is' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<number> {
    const [{ openRun }, { writeInspections }, { JsonlFile, JsonlStream }, { openSources }] = await Promise.all([
      import('../../inference/open-run.js'),
      import('../../inference/write-inspections.js'),
      import('../../inference/sinks/jsonl.js'),
      import('../../data/sources.js'),
    ]);
    const progress = await this.progress();
    // All inputs are looked up before the model is loaded: a wrong path should not cost a minute.
    const sources = await openSources(this.input);
    const run = await openRun(this.inferConfig, {
      backend: this.backend,
      weights: this.weights,
      defects: this.defectsOverrides(),
      warn: (line) => progress.warn(line),
    });
    try {
      const defects = run.info.defectsEnabled;
      const maps = this.includeMaps ?? run.info.mapsEnabled;
      this.requireTogether('--save-maps', this.maps !== undefined, '--include-maps', maps);
      this.requireTogether('--save-masks', this.masks !== undefined, '--defects', defects);
      const sink = this.jsonl === undefined ? new JsonlStream(this.context.stdout) : new JsonlFile(this.jsonl);
      const inspections = run.inspectAll(sources, {
        maps,
        mapArtifacts: this.overlays !== undefined,
        onError: this.continueOnError ? 'record' : 'throw',
        signal,
      });
      progress.start('inspecting', sources.length);
      try {
        const folders = { maps: this.maps, masks: this.masks, overlays: this.overlays };
        const counts = await writeInspections(inspections, sink, folders, run.info.pixelThreshold, (done) =>
          progress.update(done.processed),
        );
        progress.stop();
        const { processed, anomalous, regions, errors } = counts;
        const found = defects ? `, ${regions} regions` : '';
        progress.info(`${processed} pictures: ${anomalous} anomalous${found}, ${errors} errors`);
        return errors > 0 ? 1 : 0;
      } finally {
        progress.stop();
        sink.close();
      }
    } finally {
      await run.dispose();
    }
  }
}
