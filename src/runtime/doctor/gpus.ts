/** A graphics processor as its driver knows it. */
export interface Gpu {
  readonly name: string;
  readonly memory_mib: number | null;
  readonly driver: string;
  readonly compute_capability: string | null;
}

/** The question that `parseGpus` reads the answer to. */
export const NVIDIA_SMI_ARGS = [
  '--query-gpu=name,memory.total,driver_version,compute_cap',
  '--format=csv,noheader,nounits',
];

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
