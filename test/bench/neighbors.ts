import { readFileSync, writeFileSync } from 'node:fs';
import { NeighborIndex } from '../../src/ops/nearest.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor2D } from '../../src/runtime/tf.js';
import { startPython } from '../support/python-worker.js';
import { bench } from './harness.js';

const [QUERIES, ROWS, WIDTH] = [784, 50_000, 384];

/** The same sizes, not the same values: exact search takes its time whatever the values are. */
const FAISS = `
import numpy as np, faiss
faiss.omp_set_num_threads(${process.env.TF_NUM_INTRAOP_THREADS ?? 'faiss.omp_get_max_threads()'})
random = np.random.default_rng(0)
bank = random.standard_normal((${ROWS}, ${WIDTH}), dtype=np.float32)
queries = random.standard_normal((${QUERIES}, ${WIDTH}), dtype=np.float32)
index = faiss.IndexFlatL2(${WIDTH})
index.add(bank)
def k1(): index.search(queries, 1)
def k9(): index.search(queries, 9)
greeting = f"faiss {faiss.__version__} IndexFlatL2, {faiss.omp_get_max_threads()} threads"
`;

/** Nearest neighbours of the patches of one picture in a large bank, against faiss. */
export default async function (): Promise<void> {
  const backend = await startRuntime();
  const python = await startPython(FAISS);
  if (python === null) console.log('faiss skipped: this Python has no faiss (IMGANO_PYTHON names another one)');
  const bank = smooth([ROWS, WIDTH], 1);
  const queries = smooth([QUERIES, WIDTH], 2);
  const start = resident(true).now;
  const index = new NeighborIndex(bank);
  bank.dispose();
  const search = (k: number) => async () => {
    const { squared, indices } = await index.find(queries, k);
    await Promise.all([squared.data(), indices.data()]);
    tf.dispose([squared, indices]);
  };
  const indexed = resident(true).now;
  for (const k of [1, 9]) await search(k)();
  const memory = `  memory: the index ${megabytes(start, indexed)} more than the rows that it was made of, searches ${megabytes(indexed, resident().peak)} above that (peak)`;
  const rows = [1, 9].map((k) => ({
    label: `k = ${k}`,
    contenders: {
      ...(python === null ? {} : { faiss: () => python.call(`k${k}`) }),
      imgano: search(k),
    },
  }));
  const title = `${QUERIES} queries, ${ROWS} rows of ${WIDTH}, backend ${backend}`;
  await bench(python === null ? title : `${title}, against ${python.greeting}`, rows, { rounds: 9 });
  console.log(memory);
  python?.close();
  index.dispose();
  queries.dispose();
}

/** Values between -1 and 1 without order, made on the device: the host's share of the memory stays small. */
function smooth([n, d]: readonly [number, number], seed: number): Tensor2D {
  return tf.tidy(() => {
    const [a, b] = [
      tf.randomNormal([n, 1], 0, 50, 'float32', seed),
      tf.randomNormal([1, d], 0, 50, 'float32', seed + 9),
    ];
    const values = tf.sin(tf.mul(a, b)) as Tensor2D;
    values.min().dataSync();
    return values;
  });
}

function megabytes(from: number | null, to: number | null): string {
  return from === null || to === null ? 'not known here' : `${((to - from) / 2 ** 20).toFixed(0)} MB`;
}

/** Resident bytes now and at their peak, which Linux can forget first. */
function resident(forget = false): { now: number | null; peak: number | null } {
  try {
    if (forget) writeFileSync('/proc/self/clear_refs', '5');
    const status = readFileSync('/proc/self/status', 'utf8');
    const read = (key: string) => 1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]);
    return { now: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return { now: null, peak: null };
  }
}
