import { execFile } from 'node:child_process';
import { InterruptedError, UnsupportedBackendError } from '../../errors.js';

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws UnsupportedBackendError if it is missing or fails, with the end of what it said
 * @throws InterruptedError if the signal is raised; the program is then stopped
 */
export function runCommand(
  program: string,
  args: readonly string[],
  { signal, timeout, env }: { signal?: AbortSignal; timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    // npm is a .cmd file on Windows, which only a shell can start
    const options = {
      signal,
      timeout,
      env: env ?? process.env,
      maxBuffer: 64 << 20,
      shell: process.platform === 'win32' && program === 'npm',
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return done({ stdout, stderr });
      if (signal?.aborted) return fail(new InterruptedError(`${program} was stopped`));
      if (error.code === 'ENOENT') {
        return fail(
          new UnsupportedBackendError(`"${program}" is not on this machine's PATH; install it and try again`),
        );
      }
      const said = (stderr.trim() || stdout.trim() || error.message).split('\n').slice(-12).join('\n');
      const how = error.signal ? `was ended by ${error.signal}` : `failed with code ${error.code}`;
      fail(new UnsupportedBackendError(`${program} ${args[0] ?? ''} ${how}: ${said}`, { cause: error }));
    });
  });
}
