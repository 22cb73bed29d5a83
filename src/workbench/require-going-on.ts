import { InterruptedError } from '../errors.js';

/** @throws InterruptedError when the signal says so */
export function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError('stopped on request');
}
