import { Command, Option } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class NativeInstallCommand extends BaseCommand {
  static override paths = [['native', 'install']];
  static override usage = Command.Usage({
    category: 'Machine',
    description: 'make the native TensorFlow backend, outside every project',
    details:
      "Builds the addon of @tensorflow/tfjs-node against a TensorFlow library, in the user's cache folder " +
      '(IMGANO_NATIVE_DIR chooses another). Safe to repeat and to interrupt. Needs g++, unless --from npm.',
    examples: [
      ['A package of the project, else the official Python wheel', 'imgano native install'],
      ['The library of a Python environment, with its CUDA', 'imgano native install --gpu --from pip'],
      [
        'A wheel that was brought in',
        'imgano native install --from wheel:tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      ],
    ],
  });
  gpu = Option.Boolean('--gpu', false, { description: 'a library for CUDA' });
  from = Option.String('--from', 'auto', {
    description:
      'auto, npm (its own download), pip (the TensorFlow of the active Python), dir:PATH (a folder with libtensorflow) or wheel:PATH',
  });

  protected async run(signal: AbortSignal): Promise<void> {
    const [{ installNative }, { parseSource }] = await Promise.all([
      import('../../runtime/native/install.js'),
      import('../../runtime/native/source.js'),
    ]);
    const progress = await this.progress();
    const result = await installNative({ from: parseSource(this.from), gpu: this.gpu, progress, signal });
    printReport(this.context.stdout, this.json, result, () => ({
      columns: ['native backend', result.status],
      rows: [
        ['TensorFlow', result.tensorflow],
        ['GPU', result.gpu_visible ? 'yes' : 'none seen'],
        ['folder', result.dir],
        ['size', result.bytes === null ? null : `${Math.round(result.bytes / 1e6)} MB`],
        ['wheel sha256', result.sha256],
      ],
    }));
  }
}
