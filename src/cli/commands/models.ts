import { Command, Option } from 'clipanion';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';

export class ModelsListCommand extends BaseCommand {
  static override paths = [['models', 'list'], ['models']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'list the models',
    examples: [['As JSON', 'imgano models list --json']],
  });

  protected async run(): Promise<void> {
    const { MODELS } = await import('../../models/registry.js');
    const rows = MODELS.map(({ name, family, outputs, needs, summary }) => ({
      name,
      family,
      outputs: [...outputs],
      backbone: needs.backbone,
      summary,
    }));
    printReport(this.context.stdout, this.json, { models: rows }, () => ({
      columns: ['model', 'family', 'gives', 'what it does'],
      rows: rows.map((row) => [row.name, row.family, row.outputs.join(' + '), row.summary]),
    }));
  }
}

export class ModelsShowCommand extends BaseCommand {
  static override paths = [['models', 'show']];
  static override usage = Command.Usage({
    category: 'Look up',
    description: 'show one model: its source, its needs and its parameters with their defaults',
    examples: [['PatchCore', 'imgano models show vision_patchcore']],
  });
  name = Option.String({ name: 'NAME' });

  protected async run(): Promise<void> {
    const [{ findModel }, { decode }] = await Promise.all([
      import('../../models/registry.js'),
      import('../../config/codec.js'),
    ]);
    const { name, title, summary, paper, family, outputs, needs, params } = findModel(this.name);
    const defaults = params.encode(decode(params, {}, name)) as Record<string, unknown>;
    const shown = { name, title, summary, paper, family, outputs: [...outputs], needs, model_kwargs: defaults };
    printReport(this.context.stdout, this.json, shown, () => ({
      columns: ['', title],
      rows: [
        ['name', name],
        ['what it does', summary],
        ['source', paper],
        ['family', family],
        ['gives', outputs.join(' + ')],
        ...Object.entries(defaults).map(([key, value]) => [`model_kwargs.${key}`, JSON.stringify(value)]),
      ],
    }));
  }
}
