import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError, UnsupportedBackendError } from '../../errors.js';
import { runCommand } from './run-command.js';

const SCRIPT = `
import importlib.util
found = importlib.util.find_spec("tensorflow")
print(found.submodule_search_locations[0] if found and found.submodule_search_locations else "")
`;

/** The Python that is asked: `IMGANO_PYTHON`, the active environment (venv, conda), then `python3`. */
export function pythonOf(env: NodeJS.ProcessEnv = process.env): string {
  if (env.IMGANO_PYTHON) return env.IMGANO_PYTHON;
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter((prefix) => prefix !== undefined && prefix !== '');
  const found = prefixes.map((prefix) => join(prefix as string, 'bin', 'python3')).find((path) => existsSync(path));
  return found ?? 'python3';
}

/**
 * The folder of the TensorFlow that a Python has installed; nothing of it is imported.
 *
 * @throws UnsupportedBackendError if there is no such Python, or it has no TensorFlow
 */
export async function pythonLibrary(env: NodeJS.ProcessEnv = process.env, signal?: AbortSignal): Promise<string> {
  const python = pythonOf(env);
  let folder: string;
  try {
    const { stdout } = await runCommand(python, ['-c', SCRIPT], { signal, env, timeout: 60_000 });
    folder = stdout.trim();
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    throw new UnsupportedBackendError(`--from pip: ${(error as Error).message}`, { cause: error });
  }
  if (folder !== '') return folder;
  throw new UnsupportedBackendError(
    `--from pip: ${python} has no TensorFlow; make an environment (python3 -m venv tf && tf/bin/pip install ` +
      '"tensorflow[and-cuda]==2.21.0") and set IMGANO_PYTHON=tf/bin/python3',
  );
}
