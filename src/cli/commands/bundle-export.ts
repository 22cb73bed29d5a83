import { Command, Option } from 'clipanion';
import { decode, Integer, PositiveInteger } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';
import { BaseCommand } from '../base-command.js';
import { parseNumber } from '../parse.js';
import { readKey } from '../read-key.js';
import { printReport } from '../report.js';

export class BundleExportCommand extends BaseCommand {
  static override paths = [['bundle', 'export']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'pack a trained run so that another machine can prove it',
    details: `
      Writes a folder with the config, the model, the manifest entries of external weights (with \`--weights-copy\` their files
      too), probe pictures with what every stage gave for them, and \`bundle_manifest.json\` with the sha256 of every file. With
      \`--sign-key\` also an Ed25519 signature. \`imgano bundle verify\` proves the folder on the machine that will run it.
    `,
    examples: [
      ['With probes of the real part', 'imgano bundle export runs/part-a --out bundles/part-a --data part-a/'],
      ['Signed', 'imgano bundle export runs/part-a --out bundles/part-a --data part-a/ --sign-key key.pem'],
    ],
  });
  source = Option.String({ required: true, name: 'run' });
  out = Option.String('--out', { required: true, description: 'the folder to write; must not exist, or be empty' });
  data = Option.String('--data', {
    description: 'pictures to choose probes from: a data set, a folder, a manifest; default: made-up pictures',
  });
  probes = Option.String('--probes', { description: 'how many probe pictures; default 4' });
  seed = Option.String('--seed', { description: 'of made-up probe pictures; default 0' });
  referenceDir = Option.String('--reference-dir', {
    description: 'golden samples of the probes, for a model that needs them: a folder or one picture',
  });
  weightsCopy = Option.Boolean('--weights-copy', false, {
    description: 'put the files of external weights into the bundle; mind their licences',
  });
  weightsReference = Option.Boolean('--weights-reference', false, {
    description: 'only name them, with their hashes; the default',
  });
  signKey = Option.String('--sign-key', { description: 'a private Ed25519 key in PEM' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<void> {
    if (this.weightsCopy && this.weightsReference) {
      throw new ConfigError('--weights-copy does not go with --weights-reference; give one of them');
    }
    const { exportBundle } = await import('../../workbench/bundle/export-bundle.js');
    const progress = await this.progress();
    const { out, data, backend, weights, referenceDir: references } = this;
    const report = await exportBundle(this.source, {
      ...{ out, data, backend, weights, references, progress, signal },
      probes: decode(PositiveInteger, parseNumber('--probes', this.probes) ?? 4, '--probes'),
      seed: decode(Integer, parseNumber('--seed', this.seed) ?? 0, '--seed'),
      copyWeights: this.weightsCopy,
      signKey: await readKey('--sign-key', this.signKey),
    });
    printReport(this.context.stdout, this.json, report, () => [
      {
        columns: ['bundle', report.bundle],
        rows: [
          ['model', report.model],
          ['files', `${report.files} (${(report.bytes / 2 ** 20).toFixed(1)} MB)`],
          ['probes', `${report.probes.count}, ${report.probes.origin === 'data' ? 'real pictures' : 'made up'}`],
          ['exported on', `${report.exported_on.backend} (${report.exported_on.device})`],
          ['signed', report.signed ? 'yes' : 'no'],
          ['manifest sha256', report.manifest_sha256],
        ],
      },
      ...(report.weights.length === 0
        ? []
        : [
            {
              columns: ['weights', 'licence', 'included'],
              rows: report.weights.map(({ id, license, included }) => [id, license, included ? 'yes' : 'no']),
            },
          ]),
    ]);
  }
}
