import { compile, type TensorFunction } from '../../src/runtime/compile.js';
import { callPlain } from '../../src/runtime/compile/tensor-function.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor, type Tensor4D } from '../../src/runtime/tf.js';
import { bench, type Row } from './harness.js';

/** MobileNetV1 up to its eleventh block (stride 16), as channels and strides of the depthwise separable blocks. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
];

/** A trunk with random weights and folded batch normalisation: the cost is that of the real one. */
function trunk(): { fn: TensorFunction; weights: Tensor[] } {
  const weights: Tensor[] = [];
  const filter = (h: number, w: number, from: number, to: number, fan: number) => {
    const made = [tf.randomNormal([h, w, from, to], 0, Math.sqrt(2 / fan)), tf.zeros([to === 1 ? from : to])];
    weights.push(...made);
    return made;
  };
  const stem = filter(3, 3, 3, 32, 27);
  let channels = 32;
  const blocks = BLOCKS.map(([to, stride]) => {
    const depthwise = filter(3, 3, channels, 1, 9);
    const pointwise = filter(1, 1, channels, to, channels);
    channels = to;
    return { depthwise, pointwise, stride };
  });
  const fn: TensorFunction = ([pictures]) => {
    let x: Tensor4D = tf.relu6(
      tf.add<Tensor4D>(tf.conv2d(pictures as Tensor4D, stem[0] as Tensor4D, 2, 'same'), stem[1]),
    );
    for (const { depthwise, pointwise, stride } of blocks) {
      x = tf.relu6(
        tf.add<Tensor4D>(tf.depthwiseConv2d(x, depthwise[0] as Tensor4D, stride as 1, 'same'), depthwise[1]),
      );
      x = tf.relu6(tf.add<Tensor4D>(tf.conv2d(x, pointwise[0] as Tensor4D, 1, 'same'), pointwise[1]));
    }
    return x;
  };
  return { fn, weights };
}

/** Eager tfjs against the same function as one graph: a MobileNetV1 trunk, 224x224, at batch 1 and 8. */
export default async function (): Promise<void> {
  const backend = await startRuntime();
  const { fn, weights } = trunk();
  const batches = [1, 8].map((n) => tf.randomUniform([n, 224, 224, 3], -1, 1));
  const graphs = await Promise.all(batches.map((batch) => compile(fn, [batch], { name: 'trunk' })));
  const rows = batches.map((batch, i): Row => {
    const read = (results: Tensor[]) => {
      results[0].dataSync();
      tf.dispose(results);
    };
    const contenders: Row['contenders'] = { eager: () => read(callPlain(fn, [batch])) };
    if (!graphs[i].compiled) return { label: `batch ${batch.shape[0]}`, contenders };
    return {
      label: `batch ${batch.shape[0]}`,
      contenders: { ...contenders, compiled: () => read(graphs[i].run([batch])) },
    };
  });
  const title = `MobileNetV1 trunk, eager and compiled, backend ${backend}`;
  await bench(graphs[0].compiled ? title : `${title} (compiles nothing: the function itself runs)`, rows);
  for (const graph of graphs) graph.dispose();
  tf.dispose([...weights, ...batches]);
}
