import { Command, Option } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

/** The store that every weights command looks into. */
abstract class WeightsCommand extends BaseCommand {
  weights = Option.Array('--weights', { description: 'a folder to search before the usual ones (repeatable)' });

  protected async store() {
    const { openWeightsStore } = await import('../../models/weights-store.js');
    return openWeightsStore({ searchDirs: this.weights });
  }
}

export class WeightsListCommand extends WeightsCommand {
  static override paths = [['weights', 'list'], ['weights']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'list the checkpoints that the manifest knows, and which of them are here',
    details:
      'Every file that is found is hashed. Weights are never part of the package; `imgano weights import` takes them in.',
    examples: [['As JSON', 'imgano weights list --json']],
  });

  protected async run(): Promise<void> {
    const [store, { WeightsError }] = await Promise.all([this.store(), import('../../errors.js')]);
    const weights: Record<'id' | 'arch' | 'tag' | 'format' | 'license' | 'state', string>[] = [];
    for (const { id, arch, tag, format, license } of await store.entries()) {
      const state = await store.resolve(id).then(
        () => 'here',
        (error: unknown) => {
          if (!(error instanceof WeightsError)) throw error;
          return error.missing ? 'missing' : 'refused';
        },
      );
      weights.push({ id, arch, tag, format, license, state });
    }
    printReport(this.context.stdout, this.json, { weights }, () => ({
      columns: ['id', 'state', 'architecture', 'licence'],
      rows: weights.map(({ id, state, arch, license }) => [id, state, arch, license]),
    }));
  }
}

export class WeightsPathCommand extends WeightsCommand {
  static override paths = [['weights', 'path']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'where a checkpoint lies, once it is found and verified',
    examples: [['For a script', 'imgano weights path resnet18.tv_in1k']],
  });
  id = Option.String({ name: 'ID' });

  protected async run(): Promise<void> {
    const { id, files } = await (await this.store()).resolve(this.id);
    const paths = files.map(({ path }) => path);
    if (this.json) printReport(this.context.stdout, true, { id, files: paths }, () => []);
    else this.context.stdout.write(`${paths.join('\n')}\n`);
  }
}

export class WeightsImportCommand extends WeightsCommand {
  static override paths = [['weights', 'import']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'take a checkpoint into the weights folder, checked and pinned',
    details: `
      FILE is a safetensors or .npz file, the folder of a tfjs model, or, with --allow-download, an https address. It is compared with
      the manifest entry tensor by tensor, copied whole or not at all, and its sha256 is pinned beside the copy where the manifest
      does not know it. Whoever altered it later is found out. Without --allow-download the network is never used.
    `,
    examples: [
      ['A file from a model hub', 'imgano weights import model.safetensors --as resnet18.tv_in1k'],
      [
        'The same, downloaded',
        'imgano weights import https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors --allow-download --as resnet18.tv_in1k',
      ],
    ],
  });
  file = Option.String({ name: 'FILE' });
  id = Option.String('--as', { required: true, description: 'the id of the manifest entry' });
  into = Option.String('--into', {
    description: "the weights folder; default: the first of IMGANO_WEIGHTS, or the user's own",
  });
  allowDownload = Option.Boolean('--allow-download', false, {
    description: 'FILE may be an https address; without this the network is never used',
  });

  protected async run(signal: AbortSignal): Promise<void> {
    const { importWeights } = await import('../../models/weights/import-weights.js');
    const { allowDownload, into: dir } = this;
    const options = { store: await this.store(), dir, allowDownload, progress: await this.progress(), signal };
    const found = await importWeights(this.file, this.id, options);
    // `path`, `sha256` and `bytes` stay where 0.2 had them: those of the first file.
    printReport(this.context.stdout, this.json, { id: this.id, ...found.files[0], ...found }, () => ({
      columns: ['imported', this.id],
      rows: [
        ...found.files.flatMap(({ path, bytes, sha256 }) => [
          ['file', path],
          ['size', `${bytes} bytes`],
          ['sha256', sha256],
        ]),
        ['licence', found.license],
        ['origin', found.origin],
      ],
    }));
  }
}

export class WeightsVerifyCommand extends WeightsCommand {
  static override paths = [['weights', 'verify']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'hash the files of a checkpoint and compare; without an id, of every checkpoint that is here',
    details: 'Ends with 2 when a named checkpoint is missing, or any that is here differs from its hash.',
    examples: [
      ['One', 'imgano weights verify resnet18.tv_in1k'],
      ['All that are here', 'imgano weights verify'],
    ],
  });
  id = Option.String({ name: 'ID', required: false });

  protected async run(): Promise<number> {
    const [store, { WeightsError }] = await Promise.all([this.store(), import('../../errors.js')]);
    const ids = this.id === undefined ? (await store.entries()).map(({ id }) => id) : [this.id];
    const verified: { id: string; ok: boolean; problem: string | null }[] = [];
    for (const id of ids) {
      const outcome = await store.resolve(id).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) verified.push({ id, ok: true, problem: null });
      else if (!(outcome instanceof WeightsError)) throw outcome;
      else if (this.id !== undefined || !outcome.missing) verified.push({ id, ok: false, problem: outcome.message });
    }
    printReport(this.context.stdout, this.json, { verified }, () => ({
      columns: ['id', 'verdict'],
      rows: verified.map(({ id, problem }) => [id, problem ?? 'as expected']),
    }));
    return verified.every(({ ok }) => ok) ? 0 : 2;
  }
}

export class WeightsProbeCommand extends WeightsCommand {
  static override paths = [['weights', 'probe']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'run a backbone on a picture made by a formula and compare what it gives with what was approved',
    details: `
      Compares with the values that were pinned beside the checkpoint, else with those of the manifest entry; with neither, the values are
      printed and nothing is compared. Copy the pin with the checkpoint, or name it with --against, and another machine can prove that it
      computes the same. Ends with 2 when a tap differs by more than the tolerance.
    `,
    examples: [
      ['Pin what this machine gives', 'imgano weights probe resnet18.tv_in1k --pin'],
      [
        'Compare with it on another machine',
        'imgano weights probe resnet18.tv_in1k --against model.safetensors.probe.json',
      ],
    ],
  });
  id = Option.String({ name: 'ID' });
  pin = Option.Boolean('--pin', false, { description: 'write what this machine gives beside the checkpoint' });
  against = Option.String('--against', { description: 'a pin from another machine to compare with' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });

  protected async run(): Promise<number> {
    const [{ startRuntime }, { probeWeights }, { ConfigError }] = await Promise.all([
      import('../../runtime/start.js'),
      import('../../models/weights/probe-weights.js'),
      import('../../errors.js'),
    ]);
    const { pin, against } = this;
    if (pin && against !== undefined)
      throw new ConfigError('--pin and --against exclude each other; compare first, then pin');
    const store = await this.store();
    const backend = await startRuntime(this.backend);
    const report = await probeWeights(this.id, { store, backend, against, pin });
    printReport(this.context.stdout, this.json, report, () => {
      const comparison =
        report.pinned === null ? (report.compared_with ?? 'nothing to compare with') : `pinned in ${report.pinned}`;
      return [
        {
          columns: ['probe', this.id],
          rows: [
            ['backend', backend],
            ['compared with', comparison],
          ],
        },
        {
          columns: ['layer', 'mean', 'largest', 'difference', 'verdict'],
          rows: report.probe.taps.map(({ layer, mean, largest }) => {
            const found = report.differences.find((d) => d.layer === layer);
            const verdict = found === undefined ? '' : found.ok ? 'as expected' : 'differs';
            return [
              layer,
              mean.toPrecision(6),
              largest.toPrecision(6),
              found?.difference?.toExponential(1) ?? '',
              verdict,
            ];
          }),
        },
      ];
    });
    return report.ok === false ? 2 : 0;
  }
}
