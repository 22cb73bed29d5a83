import { Command, Option } from 'clipanion';
import { InterruptedError } from '../errors.js';
import type { Progress } from '../runtime/progress.js';
import { reportError } from './report.js';

/** What every command shares: one sentence an error, an exit code that tells, and a signal that stops it cleanly. */
export abstract class BaseCommand extends Command {
  json = Option.Boolean('--json', false, {
    description: 'print the result as one JSON document, and progress as JSON lines on the standard error',
  });
  device = Option.String('--device', {
    description:
      'cpu, cuda or cuda:N (numbered as by nvidia-smi): what the native backend may see; default: IMGANO_DEVICE, then all',
  });
  quiet = Option.Boolean('--quiet', false, { description: 'no progress on the standard error' });

  /** The command itself. Throws an `ImganoError` for what the user can mend. */
  protected abstract run(signal: AbortSignal): Promise<number | void>;

  async execute(): Promise<number> {
    const stop = new AbortController();
    const onSignal = (name: NodeJS.Signals) =>
      stop.abort(new InterruptedError('stopped', name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'));
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    // Read where the backend starts; threads and child processes inherit it.
    const before = process.env.IMGANO_DEVICE;
    if (this.device !== undefined) process.env.IMGANO_DEVICE = this.device;
    try {
      return (await this.run(stop.signal)) ?? 0;
    } catch (error) {
      return reportError(error, this.context.stderr);
    } finally {
      if (before === undefined) delete process.env.IMGANO_DEVICE;
      else process.env.IMGANO_DEVICE = before;
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  }

  protected async progress(): Promise<Progress> {
    const { createProgress } = await import('./progress-bar.js');
    return createProgress({ quiet: this.quiet, json: this.json, stream: this.context.stderr });
  }
}
