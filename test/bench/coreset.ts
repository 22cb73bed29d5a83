import { greedyCoreset } from '../../src/ops/coreset.js';
import { randomProjection } from '../../src/ops/random-projection.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor2D } from '../../src/runtime/tf.js';
import { startPython } from '../support/python-worker.js';

const [ROWS, WIDTH, PROJECTED, KEPT] = [100_000, 384, 128, 10_000];
/** Of the loop's steps, all of which do the same work, so many are timed at a time. */
const STEPS = 60;
const ROUNDS = 3;

/** The plain rule: distances of all rows to the newest centre, the minimum, the farthest row. */
const LOOP = `
import time
import numpy as np
random = np.random.default_rng(0)
rows = random.standard_normal((${ROWS}, ${WIDTH})).astype(np.float32)
projected = rows.astype(np.float64) @ (random.standard_normal((${WIDTH}, ${PROJECTED})) / np.sqrt(${PROJECTED}))
nearest = np.full(${ROWS}, np.inf)
chosen = [int(random.integers(0, ${ROWS}))]
def steps():
    global nearest
    start = time.perf_counter()
    for _ in range(${STEPS}):
        difference = projected - projected[chosen[-1]]
        np.minimum(nearest, np.sum(difference * difference, axis=1), out=nearest)
        chosen.append(int(np.argmax(nearest)))
    return (time.perf_counter() - start) / ${STEPS}
greeting = f"NumPy {np.__version__} in float64"
`;

/** The greedy selection of a tenth of the rows, against the loop in NumPy, whose total follows from a part of its steps. */
export default async function (): Promise<void> {
  const backend = await startRuntime();
  const python = await startPython(LOOP);
  const ours: number[] = [];
  const loop: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (python !== null) loop.push(KEPT * ((await python.call('steps')) as number));
    ours.push(await select(round));
    if (python !== null) loop.push(KEPT * ((await python.call('steps')) as number));
  }
  python?.close();
  const seconds = median(ours);
  console.log(
    `\n${KEPT} of ${ROWS} rows of ${WIDTH}, projected to ${PROJECTED}, backend ${backend}: ${seconds.toFixed(1)} s (median of ${ROUNDS})`,
  );
  if (python === null) return console.log('  NumPy skipped: this Python has none (IMGANO_PYTHON names another one)');
  console.log(
    `  ${python.greeting}: ${median(loop).toFixed(0)} s, from ${STEPS} of ${KEPT} steps at a time: imgano is ${(median(loop) / seconds).toFixed(1)} times as fast`,
  );
}

async function select(seed: number): Promise<number> {
  const rows = tf.randomNormal([ROWS, WIDTH], 0, 1, 'float32', seed + 1) as Tensor2D;
  const start = performance.now();
  const projected = tf.tidy(() => rows.matMul(randomProjection(WIDTH, PROJECTED, 'gaussian', seed)) as Tensor2D);
  await greedyCoreset(projected, KEPT, { first: 0 });
  const seconds = (performance.now() - start) / 1000;
  tf.dispose([rows, projected]);
  return seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
