import { expect } from 'chai';
import { compile } from '../../src/runtime/compile.js';
import { SessionPool } from '../../src/runtime/compile/session-pool.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf, type Tensor, type Tensor2D } from '../../src/runtime/tf.js';
import { backends, leavesNoTensors } from '../support/backends.js';

(backends.includes('tensorflow') ? describe : describe.skip)('compiled graphs of the same content [tensorflow]', () => {
  let loads = 0;
  let restore: () => void;

  before(async () => {
    await startRuntime('tensorflow');
    const backend = tf.backend() as unknown as { loadSavedModelMetaGraph(...args: unknown[]): number };
    const original = backend.loadSavedModelMetaGraph;
    backend.loadSavedModelMetaGraph = (...args) => {
      loads += 1;
      return original.apply(backend, args);
    };
    restore = () => {
      backend.loadSavedModelMetaGraph = original;
    };
  });
  after(() => restore());

  /** A model of its own, made as another process would make it again. */
  async function model(values: number[], rows: number) {
    const weight = tf.tensor2d(values, [values.length, 1]);
    const x = tf.ones([rows, values.length]);
    const before = loads;
    const graph = await compile(([input]) => tf.sinh(tf.matMul(input as Tensor2D, weight)), [x], { name: 'shared' });
    tf.dispose([weight, x]);
    return { graph, loaded: loads - before };
  }

  function run(graph: { run(inputs: Tensor[]): Tensor[] }, x: number[]): number {
    return tf.tidy(() => graph.run([tf.tensor2d([x])])[0].dataSync()[0]);
  }

  it(
    'share one session, while it is used and after',
    leavesNoTensors(async () => {
      const first = await model([0.25, 0.5], 1);
      const second = await model([0.25, 0.5], 1);
      expect([first.loaded, second.loaded]).to.deep.equal([1, 0]);
      first.graph.dispose();
      expect(() => run(first.graph, [1, 2])).to.throw(/after its disposal/);
      expect(run(second.graph, [1, 2])).to.be.closeTo(Math.sinh(1.25), 1e-6);
      second.graph.dispose();
      second.graph.dispose();
      const third = await model([0.25, 0.5], 1);
      expect(third.loaded).to.equal(0);
      expect(run(third.graph, [2, 0])).to.be.closeTo(Math.sinh(0.5), 1e-6);
      third.graph.dispose();
    }),
  );

  it(
    'are told from those with another weight or another shape',
    leavesNoTensors(async () => {
      const made = [await model([1, 2], 1), await model([1, 2.0000002], 1), await model([1, 2], 2)];
      expect(made.map(({ loaded }) => loaded)).to.deep.equal([1, 1, 1]);
      for (const { graph } of made) graph.dispose();
    }),
  );
});

describe('sessions that nobody uses any more', () => {
  it('go where they are too many, the oldest first, and never while one is used', () => {
    const pool = new SessionPool(20);
    const gone: number[] = [];
    const take = (n: number) =>
      pool.take(new Uint8Array(10).fill(n), () => ({ run: () => [], dispose: () => gone.push(n) }));
    const used = take(0);
    for (const n of [1, 2, 3]) take(n).dispose();
    expect(gone).to.deep.equal([1]);
    take(2).dispose(); // used later than 3
    take(4).dispose();
    expect(gone).to.deep.equal([1, 3]);
    used.dispose();
    expect(gone).to.deep.equal([1, 3, 2]);
  });
});
