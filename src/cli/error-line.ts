import { ImganoError, InterruptedError } from '../errors.js';

/**
 * How an error is told: one sentence where the user can mend it, the whole stack where the package is at fault.
 *
 * @returns text without a line break at its end
 */
export function errorLine(error: unknown): string {
  if (error instanceof ImganoError) return `error: ${error.message}`;
  if (error instanceof Error) return `error: ${error.stack ?? error.message}`;
  return `error: ${String(error)}`;
}

/**
 * The exit code of a command that ended with `error`: 128 + the signal's number when it was stopped (130 for SIGINT and
 * for an aborted signal, 143 for SIGTERM), 2 for everything else.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return error.signal === 'SIGTERM' ? 143 : 130;
  return 2;
}
