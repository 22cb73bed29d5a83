import { availableParallelism } from 'node:os';
import { decode } from '../../src/config/codec.js';
import { TrainingRule } from '../../src/config/training-rule.js';
import { batchNorm } from '../../src/models/nets/batch-norm.js';
import { convolution } from '../../src/models/nets/convolution.js';
import { begin, plain, scoring, type Module, type Pass } from '../../src/models/nets/module.js';
import { residual } from '../../src/models/nets/residual.js';
import { sequence } from '../../src/models/nets/sequence.js';
import { constant, torchUniform } from '../../src/models/nets/starts.js';
import type { TrainingTask } from '../../src/models/training/training-task.js';
import { Random } from '../../src/runtime/random.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Scalar, type Tensor1D, type Tensor4D } from '../../src/runtime/tf.js';
import { optimizerOf } from '../../src/workbench/training/optimizer.js';
import { StepRunner } from '../../src/workbench/training/step-runner.js';
import { disposeState, firstState, ratesOf, trainingStep } from '../../src/workbench/training/training-step.js';
import type { StepResult } from '../../src/workbench/training/training-step.js';
import { bench, type Row } from './harness.js';
import { PythonRival } from './rivals/python-rival.js';

const CASES = ['autoencoder/8/64', 'autoencoder/8/256', 'student/4/128'];
const RIVALS = ['torch', 'torch channels_last'];

type Loss = TrainingTask['loss'];
interface Net {
  readonly module: Module;
  readonly loss: Loss;
}

const relu = plain((x) => tf.relu(x));

/** A transposed convolution of 4 x 4 filters at stride 2. */
function rising(name: string, from: number, to: number): Module {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  return {
    trained: [torchUniform(weight, [4, 4, to, from], 16 * to), constant(bias, [to], 0)],
    statistics: [],
    apply: (x, { values }) =>
      tf.tidy(() => {
        const [n, h, w] = x.shape;
        const y = tf.conv2dTranspose(x, values[weight] as Tensor4D, [n, 2 * h, 2 * w, to], 2, 'same');
        return y.add<Tensor4D>(values[bias] as Tensor1D);
      }),
  };
}

/** Eight layers, 0.86 million values. */
function autoencoder(): Net {
  const widths = [3, 32, 64, 128, 128];
  const down = [1, 2, 3, 4].flatMap((i) => [
    convolution({ name: `down${i}`, from: widths[i - 1], to: widths[i], size: 4, stride: 2, pad: 1 }),
    relu,
  ]);
  const up = [4, 3, 2, 1].flatMap((i) => [rising(`up${i}`, widths[i], widths[i - 1]), ...(i > 1 ? [relu] : [])]);
  const module = sequence([...down, ...up]);
  return {
    module,
    loss: ([x], pass) =>
      tf.tidy(() => ({
        total: module
          .apply(x as Tensor4D, pass)
          .sub(x)
          .square()
          .mean() as Scalar,
      })),
  };
}

/** STFPM with ResNet-18: the student learns the directions of a fixed teacher's features at three stages. */
function student(): Net {
  const conv = (name: string, from: number, to: number, size: number, stride = 1) => [
    convolution({ name: `${name}.conv`, from, to, size, stride, bias: false }),
    batchNorm(`${name}.norm`, to),
  ];
  const block = (name: string, from: number, to: number, stride: number) =>
    residual(
      sequence([...conv(`${name}.1`, from, to, 3, stride), relu, ...conv(`${name}.2`, to, to, 3)]),
      from === to ? null : sequence(conv(`${name}.beside`, from, to, 1, stride)),
    );
  const pool = plain((x) =>
    tf.maxPool(
      tf.pad(x, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
      3,
      2,
      'valid',
    ),
  );
  const stages = [
    sequence([...conv('stem', 3, 64, 7, 2), relu, pool, block('1.1', 64, 64, 1), block('1.2', 64, 64, 1)]),
    sequence([block('2.1', 64, 128, 2), block('2.2', 128, 128, 1)]),
    sequence([block('3.1', 128, 256, 2), block('3.2', 256, 256, 1)]),
  ];
  const module = sequence(stages);
  const teacher = begin([...module.trained, ...module.statistics], new Random(2));
  const taps = (x: Tensor4D, pass: Pass) => {
    const made: Tensor4D[] = [];
    for (const stage of stages) made.push(stage.apply(made.at(-1) ?? x, pass));
    return made.map((tap) => tap.mul(tf.rsqrt(tap.square().sum(3, true).add(1e-12))));
  };
  return {
    module,
    loss: ([x], pass) =>
      tf.tidy(() => {
        const want = taps(x as Tensor4D, scoring(teacher));
        const gaps = taps(x as Tensor4D, pass).map((tap, i) => tap.sub(want[i]).square().sum(3).mean());
        return { total: tf.addN(gaps) as Scalar };
      }),
  };
}

/** Steps of training (forward, backward, Adam) as one graph, plain, and by PyTorch, in one run. */
export default async function (): Promise<void> {
  const backend = await startRuntime();
  const rival = await PythonRival.start('training.py', [String(availableParallelism()), CASES.join()]);
  console.log(rival === null ? '  PyTorch skipped: this Python has none' : `  ${rival.greeting.versions}`);
  const cleanups: (() => void)[] = [];
  const rows = CASES.map((label): Row => {
    const { contenders, dispose } = ours(label);
    cleanups.push(dispose);
    const theirs = Object.fromEntries(
      (rival === null ? [] : RIVALS).map((name) => [
        name,
        { time: (calls: number) => rival!.time(`${label}/${name}`, calls) },
      ]),
    );
    return { label, contenders: { ...theirs, ...contenders }, rival: rival === null ? undefined : RIVALS[0] };
  });
  const results = await bench(`one step of training (net/batch/side), backend ${backend}`, rows, {
    rounds: 5,
    leastMs: 200,
  });
  for (const { label, medianMs } of results) {
    const rates = Object.entries(medianMs).map(([name, ms]) => `${name} ${(1000 / ms).toPrecision(3)}`);
    console.log(`  ${label}: steps a second: ${rates.join(', ')}`);
  }
  cleanups.forEach((dispose) => dispose());
  rival?.stop();
}

function ours(label: string): { contenders: Row['contenders']; dispose: () => void } {
  const [name, batch, side] = label.split('/');
  const { module, loss } = name === 'autoencoder' ? autoencoder() : student();
  const x = tf.randomUniform([Number(batch), Number(side), Number(side), 3]);
  const task: TrainingTask = {
    name,
    rule: decode(TrainingRule, { optimizer_name: 'adam' }, 'training'),
    start: begin(module.trained, new Random(1)),
    statistics: begin(module.statistics, new Random(1)),
    stepsPerEpoch: 1,
    async *batches() {
      yield [x];
    },
    loss,
  };
  const optimizer = optimizerOf(task.rule);
  let state = firstState(task, optimizer);
  const runner = new StepRunner(task, optimizer, state, []);
  const rates = ratesOf(task, optimizer, 1e-3, 1);
  const take = (result: StepResult) => {
    result.loss.total.dataSync();
    tf.dispose([result.loss.total, result.loss.parts]);
    disposeState(state);
    state = result.state;
  };
  return {
    contenders: {
      'one graph': async () => take(await runner.run(state, [x], rates)),
      plain: () => take(trainingStep(task, optimizer, state, [x], rates)),
    },
    dispose: () => {
      runner.dispose();
      disposeState(state);
      tf.dispose([x, rates]);
    },
  };
}
