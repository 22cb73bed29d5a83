import { Command, Option } from 'clipanion';
import { preflight } from '../preflight.js';
import { TrainFlags } from '../train-flags.js';

export class PreflightCommand extends TrainFlags {
  static override paths = [['preflight']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'make every check of a training run, and tell what the fit will take, without it',
    details: `
      Takes the flags of \`imgano train\` and makes the same checks: the model and its parameters, the data set and the header of
      every picture, thresholds that the pictures cannot support, the backend, external weights, the run folder. Then it tries a few
      pictures and tells the time and the memory that the run will take. Ends with 0, or with 2 when training would refuse the run.
    `,
    examples: [['Before an hour of training', 'imgano preflight --config part-a.yaml']],
  });
  noEstimate = Option.Boolean('--no-estimate', false, {
    description: 'checks only: no picture goes through the model',
  });

  protected async run(signal: AbortSignal): Promise<number> {
    const config = await this.runConfig();
    const out = await this.runFolder(config);
    const { backend, weights, json } = this;
    const { stdout } = this.context;
    const progress = await this.progress();
    return preflight(config, { out, backend, weights, estimate: !this.noEstimate, json, stdout, progress, signal });
  }
}
