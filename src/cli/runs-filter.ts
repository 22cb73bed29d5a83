import { Option } from 'clipanion';
import { BaseCommand } from './base-command.js';

/** The flags of the commands that look for runs. */
export abstract class RunsFilter extends BaseCommand {
  root = Option.String('--root', 'runs', { description: 'the folder with the runs; default runs' });
  model = Option.String('--model', { description: 'only runs of this model' });
  dataset = Option.String('--dataset', { description: 'only runs on this data set' });
  recipe = Option.String('--recipe', { description: 'only runs of this recipe' });

  protected async found() {
    const { listRuns } = await import('../workbench/runs/list-runs.js');
    return listRuns(this.root, { model: this.model, dataset: this.dataset, recipe: this.recipe });
  }
}
