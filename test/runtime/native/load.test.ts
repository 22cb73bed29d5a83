import { expect } from 'chai';
import { backends } from '../../support/backends.js';
import { runModule } from '../../support/child.js';

const START = "import { startRuntime } from './src/runtime/start.js';\nimport { tf } from './src/runtime/tf.js';\n";

(backends.includes('tensorflow') ? describe : describe.skip)('native backend', () => {
  it('works where util has lost isNullOrUndefined and isArray, as from Node 23 on', async () => {
    const { stdout, stderr } = await runModule(`
      import { createRequire } from 'node:module';
      const util = createRequire(import.meta.url)('util');
      delete util.isNullOrUndefined;
      delete util.isArray;
      ${START}
      await startRuntime('tensorflow');
      const { values } = tf.topk(tf.tensor1d([1, 5, 2]), 2);
      console.log(values.dataSync().join(), tf.concat([values, values]).size, 'isArray' in util);
    `);
    expect(stdout.trim(), stderr).to.equal('5,2 4 false');
  });

  it('shares one engine with the other backends', async () => {
    const { stdout, stderr } = await runModule(`
      ${START}
      await startRuntime('wasm');
      const x = tf.tensor1d([1, 2]);
      await startRuntime('tensorflow');
      console.log(x.add(1).dataSync().join(), tf.engine().backendNames().sort().join());
    `);
    expect(stdout.trim(), stderr).to.match(/^2,3 .*tensorflow.*wasm/);
  });

  it('saves and loads a layers model through file://', async () => {
    const { stdout, stderr } = await runModule(`
      import { mkdtempSync, rmSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      ${START}
      await startRuntime('tensorflow');
      const dir = mkdtempSync(join(tmpdir(), 'imgano-'));
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })] });
      await model.save('file://' + dir);
      const again = await tf.loadLayersModel('file://' + join(dir, 'model.json'));
      console.log(again.predict(tf.tensor2d([[2, 3]])).dataSync().join());
      rmSync(dir, { recursive: true });
    `);
    expect(stdout.trim(), stderr).to.equal('5');
  });

  it('runs in a worker thread', async () => {
    const { stdout, stderr } = await runModule(`
      import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      ${START}
      if (isMainThread) {
        const boot = "import('tsx/esm/api').then(({ register }) => (register(), import(require('worker_threads').workerData)))";
        const worker = new Worker(boot, { eval: true, workerData: import.meta.url });
        worker.on('message', (text) => console.log(text));
      } else {
        await startRuntime('tensorflow');
        parentPort.postMessage(tf.ones([3]).sum().dataSync().join());
      }
    `);
    expect(stdout.trim(), stderr).to.equal('3');
  });
});
