import { ConfigError } from '../../errors.js';
import { realPath } from './real-path.js';

/**
 * Refuses output files that are also an input of the run or another output of it: writing would destroy what is read, or
 * the lines of one would land among those of the other.
 *
 * @param outputs by the flag that names them; undefined where the flag was not given
 * @throws ConfigError that names the flag and the file
 */
export function refuseOverwriting(
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly string[],
): void {
  const read = new Set(inputs.map(realPath));
  const written = new Map<string, string>();
  for (const [flag, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    const real = realPath(path);
    if (read.has(real)) throw new ConfigError(`${flag} ${path}: this file is an input of the run; choose another`);
    const other = written.get(real);
    if (other !== undefined)
      throw new ConfigError(`${flag} ${path}: ${other} already writes this file; choose another`);
    written.set(real, flag);
  }
}
