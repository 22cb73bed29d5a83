import { execFile } from 'node:child_process';

/** A graphics processor as its driver knows it. */
export interface Gpu {
  readonly name: string;
  readonly memory_mib: number | null;
  readonly driver: string;
  readonly compute_capability: string | null;
}

/** The question that `parseGpus` reads the answer to. */
const NVIDIA_SMI_ARGS = ['--query-gpu=name,memory.total,driver_version,compute_cap', '--format=csv,noheader,nounits'];

/** The GPUs of this machine; a machine without `nvidia-smi` has no NVIDIA driver, which is no error. */
export function readGpus(signal?: AbortSignal): Promise<Gpu[]> {
  return new Promise((done) => {
    execFile('nvidia-smi', NVIDIA_SMI_ARGS, { timeout: 20_000, signal }, (error, stdout) =>
      done(parseGpus(error === null ? stdout : '')),
    );
  });
}

/** Reads the answer of `nvidia-smi`; an empty text or a message instead of a table is no GPU. */
export function parseGpus(csv: string): Gpu[] {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 4)
    .map(([name, memory, driver, capability]) => ({
      name,
      memory_mib: Number.isFinite(Number(memory)) ? Number(memory) : null,
      driver,
      compute_capability: /^\d+\.\d+$/.test(capability) ? capability : null,
    }));
}
