import { Command, Option } from 'clipanion';
import { ConfigError } from '../../errors.js';
import type { RunConfig } from '../../config/run-config.js';
import type { TrainOptions } from '../../workbench/train/train-run.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';
import { TrainFlags } from '../train-flags.js';
import { trainTables } from '../train-tables.js';

export class TrainCommand extends TrainFlags {
  static override paths = [['train']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'fit a model on good pictures and calibrate its thresholds',
    details: `
      Fits the model on good pictures, reads the image and the pixel threshold from good pictures that were held out
      from the fit, evaluates the model on the test pictures of the data set, where it has some, and writes a run folder:
      \`infer_config.json\`, \`model/\`, \`report.json\`, \`per_image.jsonl\` and others. A run that is stopped or fails leaves no
      folder behind, unless \`--checkpoint-every\` keeps its training for the same command with \`--resume\`. What cannot work is refused before the fit, all of it at once: \`imgano preflight\` makes the same checks.
    `,
    examples: [
      [
        'PatchCore on a folder of good pictures',
        'imgano train --model vision_patchcore --train good/ --out runs/part-a',
      ],
      ['From a file, into a folder of its own below runs/', 'imgano train --config part-a.yaml'],
      [
        'With a deploy bundle',
        'imgano train --recipe industrial-memory-bank --train part-a/ --out runs/part-a --export-deploy-bundle',
      ],
      [
        'At most 20 false regions in 1,000 good parts',
        'imgano train --model vision_patchcore --train good/ --out runs/part-a --defects-preset industrial-defects-fp40-v2 --false-region-budget 20',
      ],
    ],
  });
  dryRun = Option.Boolean('--dry-run', false, {
    description: 'print the whole config as JSON, with recipe, file and flags in it, and do nothing',
  });
  preflight = Option.Boolean('--preflight', false, {
    description: 'make the checks of `imgano preflight`, and do not train',
  });
  exportConfig = Option.Boolean('--export-infer-config', false, {
    description: 'put the contracts for operators into infer_config.json, and write operator_contract.json',
  });
  exportBundle = Option.Boolean('--export-deploy-bundle', false, {
    description: 'also export the run as a deploy bundle, below its folder; implies --export-infer-config',
  });
  checkpointEvery = Option.String('--checkpoint-every', {
    description:
      'keep a training in OUT.partial, every so many epochs and when it is stopped; --resume goes on with it',
  });
  resume = Option.Boolean('--resume', false, {
    description:
      'go on with the training in OUT.partial, or begin where there is none; keeps it as --checkpoint-every does',
  });
  listRecipes = Option.Boolean('--list-recipes', false, { description: 'list the recipes' });
  recipeInfo = Option.String('--recipe-info', { description: 'show one recipe' });

  protected async run(signal: AbortSignal): Promise<number | void> {
    if (this.listRecipes || this.recipeInfo !== undefined) return this.showRecipes();
    const config = await this.runConfig();
    if (this.dryRun && this.preflight)
      throw new ConfigError('--dry-run does not go with --preflight; give one of them');
    if (this.dryRun) return this.showConfig(config);
    const out = await this.runFolder(config);
    const { backend, json } = this;
    const progress = await this.progress();
    if (this.preflight) {
      const { preflight } = await import('../preflight.js');
      const { stdout } = this.context;
      return preflight(config, { out, backend, weights: this.weights, estimate: true, json, stdout, progress, signal });
    }
    const [{ trainRun }, { openWeightsStore }] = await Promise.all([
      import('../../workbench/train/train-run.js'),
      import('../../models/weights-store.js'),
    ]);
    const weights = openWeightsStore({ searchDirs: this.weights });
    const checkpoints = this.checkpoints(config);
    const report = await trainRun(config, {
      ...{ out, backend, weights, progress, signal },
      weightsFolders: this.weights,
      exportContracts: this.exportConfig,
      exportBundle: this.exportBundle,
      checkpoints,
    });
    printReport(this.context.stdout, this.json, report, () => trainTables(report));
  }

  /** @throws ConfigError when the run has no folder that a later command could name */
  private checkpoints(config: RunConfig): TrainOptions['checkpoints'] {
    const everyEpochs = parseNumber('--checkpoint-every', this.checkpointEvery);
    if (everyEpochs === undefined && !this.resume) return undefined;
    if (everyEpochs !== undefined && !(Number.isSafeInteger(everyEpochs) && everyEpochs >= 1)) {
      throw new ConfigError(`--checkpoint-every: expected a whole number of epochs, 1 or more, got ${everyEpochs}`);
    }
    if ((this.out ?? config.output.output_dir) === null) {
      throw new ConfigError(
        '--checkpoint-every and --resume need to know where the run goes; say so with --out FOLDER',
      );
    }
    return { everyEpochs, resume: this.resume };
  }

  private async showConfig(config: RunConfig): Promise<void> {
    const { RunConfig: codec } = await import('../../config/run-config.js');
    printReport(this.context.stdout, true, { config: codec.encode(config) }, () => []);
  }

  private async showRecipes(): Promise<void> {
    if (this.listRecipes && this.recipeInfo !== undefined) {
      throw new ConfigError('--list-recipes does not go with --recipe-info; give one of them');
    }
    const { recipeReport, recipesReport } = await import('../recipe-tables.js');
    const [document, tables] = this.recipeInfo === undefined ? recipesReport() : recipeReport(this.recipeInfo);
    printReport(this.context.stdout, this.json, document, () => tables);
  }
}
