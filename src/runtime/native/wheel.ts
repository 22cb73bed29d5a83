import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Unzip, UnzipInflate } from 'fflate';
import { InterruptedError, UnsupportedBackendError } from '../../errors.js';
import { runCommand } from './run-command.js';

/** Only these of a wheel's 10,000 files are needed: the libraries, the C headers, what says how it was built. */
const NEEDED =
  /^tensorflow\/(libtensorflow(_cc|_framework)?\.so\.2$|python\/platform\/build_info\.py$|include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/))/;

/** The project and the version in a wheel's file name, as PEP 427 defines it. */
export function parseWheelName(path: string): { project: string; version: string } {
  const [, project, version] = /^([A-Za-z0-9_.]+)-([0-9][^-]*)-.*\.whl$/.exec(basename(path)) ?? [];
  if (!/^tensorflow(_cpu|_gpu|_intel)?$/i.test(project ?? '')) {
    throw new UnsupportedBackendError(
      `${path} is not a wheel of TensorFlow; expected a name like tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`,
    );
  }
  return { project, version };
}

/**
 * Downloads the official wheel of this platform with pip, without what Python would need beside it.
 *
 * @returns the path of the wheel
 * @throws UnsupportedBackendError if there is no pip, or pip finds no such wheel
 */
export async function downloadWheel(
  project: string,
  version: string,
  into: string,
  signal?: AbortSignal,
): Promise<string> {
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    '--dest',
    into,
  ];
  const spec = `${project}==${version}`;
  // The library does not depend on the Python that downloads it, so an interpreter without a wheel of its own
  // (too new, too old) asks for one of a Python that has it.
  const attempts = [[], ['--python-version', '3.12'], ['--python-version', '3.11']];
  let last: unknown;
  for (const extra of attempts) {
    try {
      await runCommand('python3', [...args, ...extra, spec], { signal });
      return join(into, readdirSync(into).filter((name) => name.endsWith('.whl'))[0]);
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      last = error;
    }
  }
  throw new UnsupportedBackendError(
    `pip could not download ${spec}; get the wheel on another machine and pass --from wheel:PATH (${(last as Error).message})`,
    { cause: last },
  );
}

/**
 * Unpacks what the native backend needs of a TensorFlow wheel: `into/tensorflow/...`.
 *
 * @param onBytes called with the number of bytes of the wheel read so far
 * @returns the sha256 of the whole wheel
 * @throws UnsupportedBackendError if it is no readable wheel of TensorFlow for this platform
 */
export async function unpackWheel(
  wheel: string,
  into: string,
  { onBytes, signal }: { onBytes?: (read: number) => void; signal?: AbortSignal } = {},
): Promise<string> {
  const hash = createHash('sha256');
  const written: string[] = [];
  let open = 0;
  const unzip = new Unzip((file) => {
    if (!NEEDED.test(file.name) || file.name.endsWith('/')) return;
    const target = join(into, file.name);
    mkdirSync(dirname(target), { recursive: true });
    const handle = openSync(target, 'w');
    open++;
    file.ondata = (error, chunk, last) => {
      if (error) throw error;
      writeSync(handle, chunk);
      if (!last) return;
      closeSync(handle);
      open--;
      written.push(file.name);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    let read = 0;
    for await (const chunk of createReadStream(wheel, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      if (signal?.aborted) throw new InterruptedError('the installation was stopped');
      hash.update(chunk);
      unzip.push(chunk);
      onBytes?.((read += chunk.length));
    }
    unzip.push(new Uint8Array(0), true);
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    throw new UnsupportedBackendError(`${wheel} cannot be unpacked (${(error as Error).message}); get it again`, {
      cause: error,
    });
  }
  if (open > 0 || !written.some((name) => name.includes('/libtensorflow_framework'))) {
    throw new UnsupportedBackendError(
      `${wheel} holds no whole TensorFlow library for Linux; expected tensorflow/libtensorflow_cc.so.2 and libtensorflow_framework.so.2`,
    );
  }
  return hash.digest('hex');
}
