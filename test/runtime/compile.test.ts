import { expect } from 'chai';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShapeError, UnsupportedBackendError } from '../../src/errors.js';
import { compile, type TensorFunction } from '../../src/runtime/compile.js';
import { type GraphPass } from '../../src/runtime/compile/graph.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../support/backends.js';

const uniform = (shape: number[], seed = 1) => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** Convolutions, 3x3 pooling, nearest neighbour in a bank, and an enlarged distance map: a small memory bank detector. */
function detector(weights: Tensor[]): TensorFunction {
  const [w1, w2, w3, bank, rows, columns] = weights;
  return ([pictures]) => {
    const low = tf.relu6(tf.conv2d(pictures as Tensor4D, w1 as Tensor4D, 2, 'same'));
    const mid = tf.relu(tf.depthwiseConv2d(low as Tensor4D, w2 as Tensor4D, 1, 'same'));
    const high = tf.relu(tf.conv2d(mid as Tensor4D, w3 as Tensor4D, 1, 'same'));
    const local = tf.avgPool(high as Tensor4D, 3, 1, 'same');
    const [n, h, w, d] = local.shape;
    const queries = tf.reshape(local, [n * h * w, d]);
    const products = tf.matMul(queries as Tensor2D, bank as Tensor2D);
    const norms = tf.sum(tf.square(bank), 0, true);
    const squared = tf.add(tf.sub(tf.sum(tf.square(queries), 1, true), tf.mul(products, 2)), norms);
    const distances = tf.sqrt(tf.relu(tf.min(squared, 1)));
    const maps = tf.reshape(distances, [n, h, w]);
    const enlarged = tf.matMul(tf.matMul(tf.tile(tf.expandDims(rows, 0), [n, 1, 1]), maps), columns, false, true);
    return [enlarged, tf.max(enlarged, [1, 2]), tf.argMin(squared, 1)];
  };
}

function detectorWeights(): Tensor[] {
  return [
    uniform([3, 3, 3, 8], 1),
    uniform([3, 3, 8, 1], 2),
    uniform([3, 3, 8, 16], 3),
    uniform([16, 60], 4),
    uniform([16, 8], 5),
    uniform([16, 8], 6),
  ];
}

onSynchronousBackends('compile', (backend) => {
  const native = backend === 'tensorflow';

  it(
    'repeats a whole detector that holds its weights',
    leavesNoTensors(async () => {
      const weights = detectorWeights();
      const fn = detector(weights);
      const example = tf.zeros([2, 16, 16, 3]);
      const pictures = uniform([2, 16, 16, 3], 7);
      const graph = await compile(fn, [example], { name: 'detector' });
      expect(graph.compiled).to.equal(native);
      const want = tf.tidy(() => fn([pictures])) as Tensor[];
      const got = graph.run([pictures]);
      expect(got[2].dataSync()).to.deep.equal(want[2].dataSync());
      for (const k of [0, 1]) {
        const error = tf.tidy(() => tf.max(tf.abs(tf.sub(got[k], want[k]))).div(tf.max(tf.abs(want[k]))));
        expect(error.dataSync()[0]).to.be.below(1e-5);
        error.dispose();
      }
      graph.dispose();
      tf.dispose([weights, example, pictures, want, got]);
    }),
  );

  it(
    'freezes weights at the time of compiling',
    leavesNoTensors(async () => {
      const weight = tf.tensor1d([1, 2]);
      const input = tf.tensor1d([10, 10]);
      const graph = await compile(([x]) => tf.mul(x, weight), [input]);
      if (native) weight.dispose();
      const [out] = graph.run([input]);
      expect([...out.dataSync()]).to.deep.equal([10, 20]);
      graph.dispose();
      tf.dispose([weight, input, out]);
    }),
  );

  it(
    'gives results of their own, whatever the function gives back',
    leavesNoTensors(async () => {
      const weight = tf.tensor1d([1, 2]);
      const input = tf.tensor1d([5, 6]);
      const graph = await compile(
        ([x]) => {
          const y = tf.neg(x);
          return [x, y, y, weight, tf.scalar(7), tf.reshape(x, [2, 1])];
        },
        [input],
      );
      const results = graph.run([input]);
      const again = graph.run([input]);
      tf.dispose(results);
      expect(again.map((t) => [...t.dataSync()])).to.deep.equal([[5, 6], [-5, -6], [-5, -6], [1, 2], [7], [5, 6]]);
      expect([...input.dataSync(), ...weight.dataSync()]).to.deep.equal([5, 6, 1, 2]);
      graph.dispose();
      tf.dispose([again, input, weight]);
    }),
  );

  it(
    'tells its inputs from each other and from the weights, even if they share their values',
    leavesNoTensors(async () => {
      const shared = tf.tensor1d([1, 2]);
      const alias = shared.clone();
      const graph = await compile(([a, b]) => tf.add(tf.add(tf.mul(a, 100), tf.mul(b, 10)), alias), [shared, shared]);
      const a = tf.tensor1d([3, 4]);
      const b = tf.tensor1d([5, 6]);
      const [out] = graph.run([a, b]);
      expect([...out.dataSync()]).to.deep.equal([351, 462]);
      graph.dispose();
      tf.dispose([shared, alias, a, b, out]);
    }),
  );

  it(
    'takes int32 and bool inputs',
    leavesNoTensors(async () => {
      const fn: TensorFunction = ([i, b]) => [
        tf.add(i, tf.scalar(1, 'int32')),
        tf.logicalNot(b),
        tf.where(b, i, tf.zerosLike(i)),
      ];
      const inputs = [tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([true, false, true], 'bool')];
      const graph = await compile(fn, inputs);
      const results = graph.run(inputs);
      expect(results.map((t) => t.dtype)).to.deep.equal(['int32', 'bool', 'int32']);
      expect(results.map((t) => [...t.dataSync()])).to.deep.equal([[2, 3, 4], [0, 1, 0], [1, 0, 3]]); // prettier-ignore
      graph.dispose();
      tf.dispose([inputs, results]);
    }),
  );

  if (backend !== 'wasm') {
    it(
      'takes, holds and gives strings',
      leavesNoTensors(async () => {
        const held = tf.tensor1d(['a', 'long enough not to be kept in place, 32 bytes']);
        const inputs = [tf.tensor1d(['b', 'long enough not to be kept in place, as well'])];
        const graph = await compile(([x]) => [tf.reshape(x, [2, 1]), tf.concat([x, held]), x], inputs);
        for (let round = 0; round < 2; round++) {
          const results = graph.run(inputs);
          expect(results.map((t) => [...t.dataSync<'string'>()])).to.deep.equal([
            ['b', 'long enough not to be kept in place, as well'],
            ['b', 'long enough not to be kept in place, as well', 'a', 'long enough not to be kept in place, 32 bytes'],
            ['b', 'long enough not to be kept in place, as well'],
          ]);
          tf.dispose(results);
        }
        graph.dispose();
        tf.dispose([held, inputs]);
      }),
    );
  }

  it(
    'reads what does not depend on its inputs, once',
    leavesNoTensors(async () => {
      const scale = tf.tensor1d([2, 3]);
      const input = tf.tensor1d([1, 1]);
      const graph = await compile(([x]) => tf.mul(x, tf.max(scale).dataSync()[0]), [input]);
      const [out] = graph.run([input]);
      expect([...out.dataSync()]).to.deep.equal([3, 3]);
      graph.dispose();
      tf.dispose([scale, input, out]);
    }),
  );

  it(
    'leaves nothing behind over many runs',
    leavesNoTensors(async () => {
      const input = uniform([1, 8, 8, 3]);
      const before = nativeTensors(input);
      const graph = await compile(([x]) => tf.topk(tf.mean(x, 3), 2).values, [input]);
      for (let i = 0; i < 50; i++) tf.dispose(graph.run([input]));
      graph.dispose();
      graph.dispose();
      expect(nativeTensors(input)).to.equal(before);
      expect(() => graph.run([input])).to.throw(/after its disposal/);
      input.dispose();
    }),
  );

  it(
    'passes on what the function throws, and stays usable',
    leavesNoTensors(async () => {
      const input = tf.tensor1d([1, 2]);
      const broken: TensorFunction = () => {
        throw new ShapeError('no such shape');
      };
      let caught: unknown = null;
      try {
        (await compile(broken, [input])).run([input]);
      } catch (error) {
        caught = error;
      }
      expect(caught).to.be.instanceOf(ShapeError);
      const graph = await compile(([x]) => tf.square(x), [input]);
      const [out] = graph.run([input]);
      expect([...out.dataSync()]).to.deep.equal([1, 4]);
      graph.dispose();
      tf.dispose([input, out]);
    }),
  );

  it(
    'refuses an asynchronous function',
    leavesNoTensors(async () => {
      const input = tf.tensor1d([1, 2]);
      const fn = (async ([x]: Tensor[]) => tf.mul(x, (await x.data())[0])) as unknown as TensorFunction;
      expect(await message(compile(fn, [input]).then((graph) => graph.run([input])))).to.match(/gives a promise/);
      await new Promise((resolve) => setTimeout(resolve, 5)); // it ends on its own
      input.dispose();
    }),
  );

  if (!native) return;

  const REFUSED: Record<string, [TensorFunction, RegExp]> = {
    'dataSync()': [
      ([x]) => tf.mul(x, tf.max(x).dataSync()[0]),
      /reads a tensor that depends on its inputs \(Max_\d+\)/,
    ],
    'arraySync()': [([x]) => tf.tensor((x as Tensor2D).arraySync()), /reads a tensor/],
    'data() without waiting': [
      ([x]) => {
        void x.data();
        return tf.neg(x);
      },
      /reads a tensor/,
    ],
    'results that do not depend on the inputs': [() => tf.ones([2]), /gives nothing that depends/],
    'reading the indices of a gather': [
      ([x]) => {
        const index = tf.argMax(tf.reshape(x, [-1]), 0).reshape([1]);
        index.dataSync();
        return tf.gather(tf.reshape(x, [-1]), index as Tensor2D);
      },
      /reads a tensor/,
    ],
    'strings that do not depend on its inputs': [([x]) => [x, tf.tensor1d(['a'])], /gives back strings/],
    'a shape that depends on values': [([x]) => tf.unique(tf.reshape(x, [-1])).values, /UniqueV2, whose result/],
    'random numbers of the backend': [
      ([x]) => tf.add(x, tf.cast(tf.multinomial(tf.tensor1d([0.5, 0.5]), 4), 'float32')),
      /Multinomial, which is not a pure function/,
    ],
  };

  for (const [title, [fn, why]] of Object.entries(REFUSED)) {
    it(
      `refuses ${title}`,
      leavesNoTensors(async () => {
        const input = uniform([2, 4]);
        let caught: unknown = null;
        try {
          await compile(fn, [input], { name: 'trunk' });
        } catch (error) {
          caught = error;
        }
        expect(caught).to.be.instanceOf(UnsupportedBackendError);
        expect((caught as Error).message)
          .to.match(/^trunk: cannot be compiled because it /)
          .and.match(why);
        input.dispose();
      }),
    );
  }

  it(
    'refuses to assign to a variable, and to hold another graph',
    leavesNoTensors(async () => {
      const input = tf.tensor1d([1, 2]);
      const start = tf.zeros([2]);
      const state = tf.variable(start);
      const inner = await compile(([x]) => tf.neg(x), [input]);
      const assigning: TensorFunction = ([x]) => {
        state.assign(tf.add(state, x));
        return tf.neg(x);
      };
      expect(await message(compile(assigning, [input]))).to.match(/assigns to a variable/);
      expect(await message(compile(([x]) => inner.run([tf.square(x)]), [input]))).to.match(/runs another/);
      inner.dispose();
      tf.dispose([input, start, state]);
    }),
  );

  it(
    'refuses tensors that come by a way that it does not see',
    leavesNoTensors(async () => {
      interface Made {
        id: number;
      }
      const inside = tf.backend() as unknown as {
        binding: { executeOp(op: string, attrs: object[], inputs: number[], outputs: number): Made[] };
        getInputTensorIds(tensors: Tensor[]): number[];
        createOutputTensor(made: Made): Tensor;
      };
      const { binding } = inside;
      const unseen: TensorFunction = ([x]) =>
        inside.createOutputTensor(binding.executeOp('Neg', [], inside.getInputTensorIds([x]), 1)[0]);
      const input = tf.tensor1d([1, 2]);
      const why = /makes tensors past the recorded binding/;
      expect(await message(compile(unseen, [input]))).to.match(why);
      expect(await message(compile((x) => tf.exp(unseen(x) as Tensor), [input]))).to.match(why);
      input.dispose();
    }),
  );

  it(
    'refuses inputs of other shapes and types',
    leavesNoTensors(async () => {
      const inputs = [tf.zeros([2, 3]), tf.zeros([2, 3], 'int32'), tf.zeros([3, 2])];
      const graph = await compile(([x]) => tf.relu(x), [inputs[0]], { name: 'trunk' });
      expect(() => graph.run([inputs[2]])).to.throw(
        ShapeError,
        'trunk: was compiled for (float32[2x3]), got (float32[3x2])',
      );
      expect(() => graph.run([inputs[1]])).to.throw(ShapeError, 'int32[2x3]');
      expect(() => graph.run([])).to.throw(ShapeError);
      graph.dispose();
      tf.dispose(inputs);
    }),
  );

  it(
    'finds indices out of range that only a run can show',
    leavesNoTensors(async () => {
      const fn: TensorFunction = ([x, i]) => tf.gather(x, i as Tensor2D);
      const [x, good, bad] = [tf.tensor1d([1, 2]), tf.tensor1d([1], 'int32'), tf.tensor1d([2], 'int32')];
      const graph = await compile(fn, [x, good]);
      expect(() => graph.run([x, bad])).to.throw(/not in \[0, 2\)/);
      graph.dispose();
      tf.dispose([x, good, bad]);
    }),
  );

  it(
    'rewrites the graph with the passes that it is given, and notices a wrong one',
    leavesNoTensors(async () => {
      const input = tf.tensor1d([1, 2]);
      const seen: string[] = [];
      const look: GraphPass = (graph) => {
        seen.push(...graph.nodes.map((node) => node.op));
        return graph;
      };
      const spoil: GraphPass = (graph) => ({
        ...graph,
        nodes: graph.nodes.map((node) => (node.op === 'Exp' ? { ...node, op: 'Expm1' } : node)),
      });
      const fn: TensorFunction = ([x]) => {
        tf.square(x); // no result needs it
        return tf.exp(x);
      };
      const graph = await compile(fn, [input], { passes: [look] });
      expect(seen).to.deep.equal(['Placeholder', 'Exp', 'Identity']);
      graph.dispose();
      expect(await message(compile(fn, [input], { passes: [spoil] }))).to.match(
        /does not repeat the function: result 0/,
      );
      input.dispose();
    }),
  );

  it(
    'computes what depends on the weights alone only once',
    leavesNoTensors(async () => {
      const input = tf.tensor1d([1, 2]);
      const bank = tf.ones([2, 50]);
      const ops: string[] = [];
      const graph = await compile(([x]) => tf.add(x, tf.sum(tf.square(bank), 1)), [input], {
        passes: [(g) => (ops.push(...g.nodes.map((node) => node.op)), g)],
      });
      expect(ops).to.deep.equal(['Placeholder', 'Const', 'Add', 'Identity']);
      graph.dispose();
      tf.dispose([input, bank]);
    }),
  );

  it(
    'feeds a large weight instead of writing it, and holds it for itself',
    leavesNoTensors(async () => {
      const input = tf.tensor2d([[1, 2]]);
      const before = nativeTensors(input);
      const bank = tf.tidy(() => tf.concat([tf.ones([1, 2_200_000]), tf.fill([1, 2_200_000], 3)]));
      const fn: TensorFunction = ([x]) => tf.max(tf.matMul(x as Tensor2D, bank as Tensor2D), 1);
      const ops: string[] = [];
      const look: GraphPass = (g) => (ops.push(...g.nodes.map((node) => node.name)), g);
      const graph = await compile(fn, [input], { passes: [look] });
      const failing: GraphPass = () => {
        throw new Error('on purpose');
      };
      expect(await message(compile(fn, [input], { passes: [failing] }))).to.equal('on purpose');
      const reading: TensorFunction = (x) => tf.mul((fn(x) as Tensor).dataSync()[0], fn(x) as Tensor);
      expect(await message(compile(reading, [input]))).to.match(/reads a tensor/);
      bank.dispose();
      expect(ops).to.include('held_0');
      const [out] = graph.run([input]);
      expect([...out.dataSync()]).to.deep.equal([7]);
      out.dispose();
      graph.dispose();
      expect(nativeTensors(input)).to.equal(before);
      input.dispose();
    }),
  );

  it(
    'keeps element types that tfjs does not name',
    leavesNoTensors(async () => {
      const binding = (tf.backend() as unknown as { binding: Record<string, number> }).binding;
      const run = tf.backend() as unknown as {
        executeSingleOutput(op: string, attrs: object[], inputs: Tensor[]): Tensor;
      };
      const cast = (x: Tensor, to: number) =>
        run.executeSingleOutput('Cast', [{ name: 'DstT', type: binding.TF_ATTR_TYPE, value: to }], [x]);
      const bytes = tf.tidy(() => cast(tf.tensor1d([250, 3]), binding.TF_UINT8));
      const graph = await compile(([x]) => cast(tf.add(x, bytes), binding.TF_FLOAT), [bytes]);
      const [out] = graph.run([bytes]);
      expect([...out.dataSync()]).to.deep.equal([244, 6]); // 500 modulo 256
      const whole = tf.tensor1d([1, 2], 'int32');
      expect(() => graph.run([whole])).to.throw('was compiled for (int32 (uint8)[2]), got (int32[2])');
      whole.dispose();
      graph.dispose();
      tf.dispose([bytes, out]);
    }),
  );

  it(
    'leaves no folder behind',
    leavesNoTensors(async () => {
      const ours = mkdtempSync(join(tmpdir(), 'imgano-test-'));
      const before = process.env.TMPDIR;
      process.env.TMPDIR = ours;
      try {
        const input = tf.tensor1d([1, 2]);
        const graph = await compile(([x]) => tf.neg(x), [input]);
        expect(existsSync(ours) ? readdirSync(ours) : []).to.deep.equal([]);
        graph.dispose();
        input.dispose();
      } finally {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
        rmSync(ours, { recursive: true });
      }
    }),
  );
});

/** The tensors that the native addon holds, which tfjs does not count; `uploaded` is handed to it first. */
function nativeTensors(uploaded: Tensor): number {
  tf.dispose(tf.neg(uploaded));
  const { binding } = tf.backend() as unknown as { binding?: { getNumOfTensors(): number } };
  return binding?.getNumOfTensors() ?? 0;
}

async function message(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}
