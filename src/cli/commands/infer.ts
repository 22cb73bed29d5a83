import { join } from 'node:path';
import { Command, Option } from 'clipanion';
import { ConfigError } from '../../errors.js';
import type { OpenedRun, OpenRunOptions } from '../../inference/open-run.js';
import { TileFlags } from '../tile-flags.js';
import { printReport } from '../report.js';

export class InferCommand extends TileFlags {
  static override paths = [['infer']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'score pictures with a trained run, and find their defects',
    details: `
      Writes one JSON line a picture, in input order: the score, the label (\`score > threshold\`), and with
      \`--defects\` the regions. A picture that cannot be read stops the run with one sentence, unless
      \`--continue-on-error\` turns it into an error record; it is never scored. Ends with 0, with 1 when error records
      were written, with 2 on an error, with 130 or 143 when it was stopped; what was written is whole in every case.

      \`--save-jsonl FILE\` also writes \`FILE.run.json\`, which says what made the records. With it \`--resume\` goes on
      after a stop, a crash or a power cut, and \`--shard I/N\` spreads a run over machines (\`imgano merge\` joins the parts).
    `,
    examples: [
      ['Scores', 'imgano infer --infer-config runs/part-a/infer_config.json --input pictures/ --save-jsonl out.jsonl'],
      [
        'Regions, masks and overlays',
        'imgano infer --infer-config runs/part-a/infer_config.json --input pictures/ --save-jsonl out.jsonl --defects --save-masks masks/ --save-overlays overlays/',
      ],
    ],
  });
  inferConfig: string | undefined = Option.String('--infer-config', {
    description: 'infer_config.json, or its run folder',
  });
  fromRun: string | undefined = Option.String('--from-run', {
    description: 'a run folder, instead of --infer-config; the records are the same bytes',
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
  inferCategory: string | undefined = Option.String('--infer-category', {
    description: 'of a config of several categories, the one to run',
  });
  includeConfidence = Option.Boolean('--include-confidence', false, {
    description: 'tell how much speaks for every label, 0 to 1',
  });
  rejectBelow = Option.String('--reject-confidence-below', {
    description: 'set pictures aside whose label has a lower confidence than this, above 0 up to 1',
  });
  rejectLabel = Option.String('--reject-label', {
    description: 'the label of such a picture; default: what the config says, else -2',
  });
  continueOnError = Option.Boolean('--continue-on-error', false, { description: 'unreadable pictures become records' });
  maxErrors = Option.String('--max-errors', {
    description: 'stop after so many error records; 0, the default, never stops; needs --continue-on-error',
  });
  resume = Option.Boolean('--resume', false, {
    description: 'go on after the records that --save-jsonl holds already; they must be of the same config and inputs',
  });
  shard = Option.String('--shard', {
    description: 'inspect part I of N (from 1), as I/N, or auto in a Slurm array or a Kubernetes indexed Job (auto/N)',
  });
  flushEvery = Option.String('--flush-every', {
    description: 'force the records onto the disk after every N of them; implies --fsync flush',
  });
  fsync = Option.String('--fsync', {
    description: 'when records are forced onto the disk: never, close (default) or flush (see --flush-every)',
  });
  batchSize = Option.String('--batch-size', {
    description: 'pictures that go through the model together, a number or auto; default 1; changes no byte',
  });
  numWorkers = Option.String('--num-workers', {
    description: 'threads that read and decode pictures; default 0; changes no byte',
  });
  memoryBudget = Option.String('--memory-budget', {
    description: 'megabytes that waiting pictures and batches may take, roughly; default 1024',
  });
  amp = Option.Boolean('--amp', false, {
    description: 'the network in bfloat16 where the machine can: faster, scores move a little; default: float32',
  });
  profile = Option.Boolean('--profile', false, {
    description: 'a table of the time of every stage on the standard error',
  });
  profileJson = Option.String('--profile-json', { description: 'a file for the times of every stage' });
  traceFile = Option.String('--trace', { description: 'a file for a trace that chrome://tracing or Perfetto shows' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<number> {
    const [
      { makeFolders },
      { inspectToOutputs },
      { openSources },
      { refuseOverwriting },
      { readOutputFlags },
      { readSpeedFlags },
      { Profiling },
      { predictionOfFlags },
    ] = await Promise.all([
      import('../../inference/write-inspections.js'),
      import('../../inference/inspect-to-outputs.js'),
      import('../../data/sources.js'),
      import('../../inference/sinks/refuse-overwriting.js'),
      import('../output-flags.js'),
      import('../speed-flags.js'),
      import('../profiling.js'),
      import('../prediction-of-flags.js'),
    ]);
    const path = this.runPath();
    const progress = await this.progress();
    const defectsKeys = await this.runOverrides((line) => progress.warn(line));
    const { overlayMaxSize, ...writing } = readOutputFlags(this);
    const speed = readSpeedFlags(this);
    // All inputs are looked up before the model is loaded: a wrong path should not cost a minute.
    const sources = await openSources(this.input);
    const started = performance.now();
    const { jsonl, profileJson, traceFile } = this;
    const outputs = { '--save-jsonl': jsonl, '--defects-regions-jsonl': this.regions, '--profile-json': profileJson };
    const config = [path, join(path, 'infer_config.json')];
    refuseOverwriting({ ...outputs, '--trace': traceFile }, [...sources.map(({ name }) => name), ...config]);
    const run = await this.openNamed(path, {
      backend: this.backend,
      weights: this.weights,
      references: this.referenceDir,
      category: this.inferCategory,
      prediction: await predictionOfFlags(this.rejectBelow, this.rejectLabel),
      defects: defectsKeys,
      tiling: await this.tilingOverrides(),
      amp: this.amp,
      warn: (line) => progress.warn(line),
    });
    const loadSeconds = (performance.now() - started) / 1000;
    const profiling = await Profiling.start({ table: this.profile, json: profileJson, trace: traceFile });
    const told = { loadSeconds, inputs: sources.length, processed: 0, errors: 0 };
    try {
      const defects = run.info.defectsEnabled;
      const maps = this.includeMaps ?? run.info.mapsEnabled;
      this.requireTogether('--save-maps', this.maps !== undefined, '--include-maps', maps);
      this.requireTogether('--save-masks', this.masks !== undefined, '--defects', defects);
      this.requireTogether('--defects-regions-jsonl', this.regions !== undefined, '--defects', defects);
      const folders = { maps: this.maps, masks: this.masks, overlays: this.overlays, overlayMaxSize };
      await makeFolders(folders);
      const counts = await inspectToOutputs({
        ...{ run, sources, folders, maps, signal, progress, ...writing },
        ...{ inputs: this.input, jsonl, regions: this.regions, stdout: this.context.stdout },
        ...{ confidence: this.includeConfidence, references: this.referenceDir ?? null, speed, clock: profiling.clock },
      });
      Object.assign(told, { processed: counts.processed, errors: counts.errors });
      const { processed, anomalous, regions, errors } = counts;
      const found = defects ? `, ${regions} regions` : '';
      const kept = counts.resumed === undefined ? '' : ` (${counts.resumed} from before)`;
      progress.info(`${processed} pictures${kept}: ${anomalous} anomalous${found}, ${errors} errors`);
      // The standard output is the records' unless they go to a file.
      if (this.json && jsonl !== undefined) printReport(this.context.stdout, true, counts, () => []);
      return errors > 0 ? 1 : 0;
    } finally {
      await profiling.finish(told, this.context.stderr);
      await run.dispose();
    }
  }
  /** What was named as the run. @throws ConfigError unless it was named once */
  private runPath(): string {
    const { inferConfig, fromRun } = this;
    const path = inferConfig ?? fromRun;
    if (path === undefined) throw new ConfigError('imgano infer: --infer-config or --from-run is missing; name a run');
    if (inferConfig === undefined || fromRun === undefined) return path;
    throw new ConfigError('--from-run does not go with --infer-config; give one of them');
  }

  protected async openNamed(path: string, options: OpenRunOptions): Promise<OpenedRun> {
    const { openRun } = await import('../../inference/open-run.js');
    return openRun(path, options);
  }
}
