import { Command, Option } from 'clipanion';
import { InterruptedError } from '../errors.js';
import type { Progress } from '../runtime/progress.js';
import { reportError } from './report.js';

/** What every command shares: one sentence an error, an exit code that tells, and a signal that stops it cleanly. */
export abstract class BaseCommand extends Command {
  json = Option.Boolean('--json', false, {
    description: 'print the result as one JSON document, and progress as JSON lines on the standard error',
  });
  quiet = Option.Boolean('--quiet', false, { description: 'no progress on the standard error' });

  /** The command itself. Throws an `ImganoError` for what the user can mend. */
  protected abstract run(signal: AbortSignal): Promise<number | void>;

  async execute(): Promise<number> {
    const stop = new AbortController();
    const onSignal = (name: NodeJS.Signals) =>
      stop.abort(new InterruptedError('stopped', name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'));
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    try {
      return (await this.run(stop.signal)) ?? 0;
    } catch (error) {
      return reportError(error, this.context.stderr);
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  }

  protected async progress(): Promise<Progress> {
    const { createProgress } = await import('./progress-bar.js');
    return createProgress({ quiet: this.quiet, json: this.json, stream: this.context.stderr });
  }
}
