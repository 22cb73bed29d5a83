import { availableParallelism, loadavg } from 'node:os';
import { resnet } from '../../src/models/backbones/resnet.js';
import { CompiledForward } from '../../src/models/memory-bank/compiled-forward.js';
import { matchParameters } from '../../src/models/weights/match-parameters.js';
import { whyNotBfloat16 } from '../../src/runtime/compile/bfloat16-support.js';
import { lowPrecision } from '../../src/runtime/compile/low-precision.js';
import type { Precision } from '../../src/runtime/compile/precision.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor, type Tensor4D } from '../../src/runtime/tf.js';
import { hashedCheckpoint } from '../support/golden-backbones.js';
import { hashedValues, type HashedTensor } from '../support/hash-weights.js';
import { bench, type Row, type RowResult } from './harness.js';
import { TorchTrunk } from './rivals/torch-trunk.js';

const BATCHES = [1, 32];

/** How many times as fast as the best of PyTorch's eager forms this is meant to be. */
const TARGETS: Readonly<Record<string, number>> = { 'f32, batch 1': 1.25, 'f32, batch 32': 1.4, 'bf16, batch 1': 1.15, 'bf16, batch 32': 1.4 }; // prettier-ignore

const NETWORK = resnet({ block: 'basic', blocks: [2, 2, 2, 2], width: 64, epsilon: 1e-5 });

/** Weights that follow from their names, of a trained network's magnitudes: the cost is that of the real one. */
const WEIGHTS = NETWORK.parameters.map(({ name, shape }): HashedTensor => {
  if (shape.length === 4) return { name, shape, rule: `sqrt(3/${shape[1] * shape[2] * shape[3]})*s` };
  return { name, shape, rule: /var|weight/.test(name) ? '0.5+0.5*u' : '0.1*s' };
});

/**
 * ResNet-18 up to its last block at 224 px as one graph, against PyTorch eager in both layouts, `torch.compile`
 * and ONNX Runtime, each with all cores and with pictures in the layout that it likes best.
 */
export default async function (): Promise<void> {
  const backend = await startRuntime();
  const loaded = NETWORK.load(matchParameters(hashedCheckpoint(WEIGHTS), NETWORK.parameters, NETWORK.dropped), [
    'layer4',
  ]);
  const fn = (x: Tensor4D) => lowPrecision(() => loaded.apply(x)[0]);
  const batches = BATCHES.map((n) => tf.randomNormal([n, 224, 224, 3], 0, 1, 'float32', n) as Tensor4D);
  const rivals = await TorchTrunk.start({
    threads: availableParallelism(),
    weights: WEIGHTS.map((tensor) => ({ ...tensor, values: hashedValues(tensor) })),
    pictures: new Map(batches.map((x) => [x.shape[0], x.dataSync<'float32'>()])),
  });
  try {
    if (rivals !== null) {
      console.log(`  ${rivals.greeting.versions}`);
      for (const [name, why] of Object.entries(rivals.greeting.notes)) console.log(`  ${name} skipped: ${why}`);
    }
    const results: RowResult[] = [];
    for (const precision of ['f32', 'bf16'] as const) {
      const why = precision === 'bf16' ? whyNotBfloat16() : null;
      if (why !== null) console.log(`  bf16 skipped: ${why}`);
      else results.push(...(await compare(backend, precision, fn, batches, rivals)));
    }
    report(results);
  } finally {
    rivals?.stop();
    loaded.dispose();
    tf.dispose(batches);
  }
}

async function compare(
  backend: string,
  precision: 'f32' | 'bf16',
  fn: (x: Tensor4D) => Tensor4D,
  batches: readonly Tensor4D[],
  rivals: TorchTrunk | null,
): Promise<RowResult[]> {
  const full: Precision = precision === 'bf16' ? 'bfloat16' : 'float32';
  // What detectors run: it takes large batches a few pictures at a time.
  const forward = new CompiledForward('resnet18', (x) => [fn(x as Tensor4D)], { precision: full });
  const rows = batches.map((x): Row => {
    const contenders: Row['contenders'] = { imgano: async () => read(await forward.run(x)) };
    return {
      label: `${precision}, batch ${x.shape[0]}`,
      contenders: { ...contenders, ...rivals?.contenders(precision, x.shape[0]) },
    };
  });
  const title = `ResNet-18 at 224 px, ${precision}, backend ${backend}, ${availableParallelism()} threads`;
  const results = await bench(title, rows, { rounds: 9, leastMs: 150 });
  forward.dispose();
  return results;
}

function read(results: Tensor[]): void {
  results[0].dataSync();
  tf.dispose(results);
}

/** Ours against the best of PyTorch's eager forms and against the others, from the ratios within the rounds. */
function report(results: readonly RowResult[]): void {
  console.log(`\nimgano is as many times as fast (load average ${loadavg()[0].toFixed(1)} at the end)`);
  for (const { label, ratio } of results) {
    const rivals = Object.keys(ratio).filter((name) => name !== 'imgano');
    const eager = rivals.filter((name) => name.startsWith('torch ')).sort((a, b) => ratio[b] - ratio[a]);
    if (eager.length === 0) continue;
    const against = (name: string) => `${(1 / ratio[name]).toFixed(2)} ${name}`;
    const others = rivals.filter((name) => !name.startsWith('torch ')).map(against);
    const target = `target ${TARGETS[label]}`;
    console.log(
      `  ${label}: ${against(eager[0])} (the best eager PyTorch; ${target}); ${others.join(', ')}`.replace(/; $/, ''),
    );
  }
}
