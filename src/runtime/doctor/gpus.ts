import { execFile } from 'node:child_process';

/** A graphics processor as its driver knows it. */
export interface Gpu {
  readonly name: string;
  readonly memory_mib: number | null;
  readonly driver: string;
  readonly compute_capability: string | null;
}

/** What `nvidia-smi` answers. */
export interface NvidiaDriver {
  readonly gpus: readonly Gpu[];
  /** The newest CUDA that the driver serves. */
  readonly cuda_version: string | null;
  /** Why it gave no answer though it is there; null where it answered, and where there is none. */
  readonly problem: string | null;
}

/** The question that `parseGpus` reads the answer to. */
const QUERY = ['--query-gpu=name,memory.total,driver_version,compute_cap', '--format=csv,noheader,nounits'];

/** Asks the NVIDIA driver; a machine without `nvidia-smi` has none, which is no error. */
export async function readDriver(signal?: AbortSignal): Promise<NvidiaDriver> {
  const [cards, plain] = await Promise.all([ask(QUERY, signal), ask([], signal)]);
  if (cards === null) return { gpus: [], cuda_version: null, problem: null };
  return { gpus: parseGpus(cards.text), cuda_version: parseCuda(plain?.text ?? ''), problem: cards.problem };
}

/** Null where there is no `nvidia-smi`. */
function ask(args: string[], signal?: AbortSignal): Promise<{ text: string; problem: string | null } | null> {
  return new Promise((done) => {
    execFile('nvidia-smi', args, { timeout: 20_000, signal }, (error, stdout, stderr) => {
      if (error === null) return done({ text: stdout, problem: null });
      if (error.code === 'ENOENT') return done(null);
      // it writes its errors to the standard output
      const said = `${stdout.trim()} ${stderr.trim()}`.trim().replaceAll(/\s+/g, ' ');
      done({ text: '', problem: said === '' ? `nvidia-smi failed (${error.signal ?? error.code})` : said });
    });
  });
}

/** The newest CUDA that the driver serves, from the head of `nvidia-smi`'s table. */
export function parseCuda(table: string): string | null {
  return /CUDA Version:\s*(\d+\.\d+)/.exec(table)?.[1] ?? null;
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
