import { expect } from 'chai';
import { backends } from '../support/backends.js';
import { runModule } from '../support/child.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';

const START = "import { startRuntime } from './src/runtime/start.js';\nimport { tf } from './src/runtime/tf.js';\n";
const nowhere = '/nonexistent/imgano-native';

describe('startRuntime', () => {
  it('starts each backend, again and in any order', async () => {
    for (const name of [...backends, ...backends]) {
      expect(await startRuntime(name)).to.equal(name);
      expect(tf.getBackend()).to.equal(name);
      expect(await tf.ones([2]).data()).to.deep.equal(new Float32Array([1, 1]));
    }
    tf.disposeVariables();
  });

  it('serves calls that overlap one after the other', async () => {
    expect(await Promise.all(['cpu', 'wasm', 'cpu', 'wasm'].map((name) => startRuntime(name)))).to.deep.equal([
      ...['cpu', 'wasm', 'cpu', 'wasm'],
    ]);
    expect(tf.getBackend()).to.equal('wasm');
    await startRuntime('no-such').catch(() => {});
    expect(await startRuntime('cpu')).to.equal('cpu');
  });

  it('takes the best backend that is there, and wasm without a native one', async () => {
    expect(await startRuntime('')).to.equal(backends[0]);
    const { stdout } = await runModule(`${START}console.log(await startRuntime());`, {
      IMGANO_NATIVE_DIR: nowhere,
      IMGANO_BACKEND: undefined,
    });
    expect(stdout.trim()).to.equal('wasm');
  });

  it('names the command that makes a backend that was asked for', async () => {
    const body = 'await startRuntime().catch((error) => console.log(error.name, error.message));';
    const missing = { IMGANO_NATIVE_DIR: nowhere };
    const [native, cuda] = await Promise.all(
      ['tensorflow', 'cuda'].map((IMGANO_BACKEND) => runModule(START + body, { ...missing, IMGANO_BACKEND })),
    );
    expect(native.stdout).to.match(/^UnsupportedBackendError backend "tensorflow".*run: imgano native install$/m);
    expect(cuda.stdout).to.match(/run: imgano native install --gpu$/m);
  });

  it('leaves the reports of other crashes alone', async () => {
    const { stderr, code } = await runModule(`${START}await startRuntime('wasm'); throw new Error('my own');`);
    expect(code).to.not.equal(0);
    expect(stderr).to.match(/my own/);
    expect(stderr).to.not.match(/WasmBackendModule/);
  });

  it('says nothing on the console', async () => {
    // the libraries of the others speak for themselves
    for (const backend of backends.filter((name) => name === 'wasm' || name === 'cpu')) {
      const { stdout, stderr } = await runModule(`${START}await startRuntime('${backend}'); tf.ones([2]).dataSync();`);
      expect(stdout + stderr, backend).to.equal('');
    }
  });
});
