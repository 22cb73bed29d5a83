import { expect } from 'chai';
import { compile } from '../../src/runtime/compile.js';
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

  it(
    'are not kept without a limit',
    leavesNoTensors(async () => {
      const large = (first: number) =>
        model(
          Array.from({ length: 3_500_000 }, (_, i) => (i === 0 ? first : i)),
          1,
        ); // 14 MB a graph, 256 MB are kept
      for (let i = 0; i < 20; i++) (await large(i)).graph.dispose();
      const [latest, oldest] = [await large(19), await large(0)];
      expect([latest.loaded, oldest.loaded]).to.deep.equal([0, 1]);
      latest.graph.dispose();
      oldest.graph.dispose();
    }),
  ).timeout(60_000);
});
