import { expect } from 'chai';
import { backends } from '../../support/backends.js';
import { runModule } from '../../support/child.js';
import { nativeCandidates } from '../../../src/runtime/native/load.js';

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

  it('takes the backend that the application has started itself', async () => {
    const { stdout, stderr } = await runModule(`
      ${START}
      import { nativeBackend } from './src/runtime/native/load.js';
      tf.registerBackend('tensorflow', () => Object.assign(new tf.KernelBackend(), { binding: { theirs: true } }));
      await tf.setBackend('tensorflow');
      await startRuntime('tensorflow');
      console.log(nativeBackend().title, nativeBackend().binding.theirs);
    `);
    expect(stdout.trim(), stderr).to.equal('the tfjs-node that the application imported true');
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

  it('loads without a word, also the words of TensorFlow itself', async function () {
    if (nativeCandidates()[0].quiet === null) this.skip(); // a package of the project has no such addon
    const { stdout, stderr } = await runModule(`${START}console.log(await startRuntime('tensorflow'));`);
    expect([stdout, stderr]).to.deep.equal(['tensorflow\n', '']);
  });

  it('passes on everything else that is written while it loads, also by a library that crashes', async function () {
    const addon = nativeCandidates()[0].quiet;
    if (addon === null) this.skip();
    const quietly = `
      import { writeSync } from 'node:fs';
      import { quietly } from './src/runtime/native/quiet.js';
      quietly(${JSON.stringify(addon)}, () => {`;
    const warned = await runModule(
      `${quietly} writeSync(2, 'oneDNN custom operations are on.\\nno such device\\n'); });`,
    );
    expect(warned.stderr).to.equal('no such device\n');
    const crashed = await runModule(`${quietly} writeSync(2, 'last words\\n'); process.abort(); });`);
    expect(crashed.signal).to.equal('SIGABRT');
    expect(crashed.stderr).to.match(/last words/);
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
