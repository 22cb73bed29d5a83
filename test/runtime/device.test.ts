import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../support/child.js';
import { parseDevice, visibleDevices } from '../../src/runtime/device.js';
import { prepareEnvironment } from '../../src/runtime/environment.js';
import { buildName } from '../../src/runtime/native/build.js';
import { UnsupportedBackendError } from '../../src/errors.js';

describe('parseDevice', () => {
  it('reads cpu, cuda and cuda:N', () => {
    expect(parseDevice('')).to.equal(null);
    expect(parseDevice(undefined)).to.equal(null);
    expect(parseDevice('auto')).to.equal(null);
    expect(parseDevice('CPU')).to.deep.equal({ kind: 'cpu' });
    expect(parseDevice('cuda')).to.deep.equal({ kind: 'cuda', index: null });
    expect(parseDevice('cuda:11')).to.deep.equal({ kind: 'cuda', index: 11 });
  });

  it('refuses anything else with one sentence', () => {
    for (const text of ['cuda:', 'cuda:-1', 'cuda:x', 'gpu1', 'cuda1']) {
      expect(() => parseDevice(text), text).to.throw(
        UnsupportedBackendError,
        /is not known; expected cpu, cuda or cuda:N/,
      );
    }
  });
});

describe('visibleDevices', () => {
  it('counts among the cards that are visible', () => {
    const second = parseDevice('cuda:1');
    expect(visibleDevices(second, undefined)).to.equal('1');
    expect(visibleDevices(second, '3, 2')).to.equal('2');
    expect(visibleDevices(second, 'GPU-aa,GPU-bb')).to.equal('GPU-bb');
    expect(() => visibleDevices(second, '3')).to.throw(UnsupportedBackendError, /shows 1 \(3\)/);
    expect(visibleDevices(parseDevice('cuda'), '3')).to.equal(undefined);
    expect(visibleDevices(parseDevice('cpu'), '3')).to.equal('-1');
    expect(visibleDevices(null, undefined)).to.equal(undefined);
  });
});

describe('prepareEnvironment with a device', () => {
  it('shows the one card, also when it is called again and in a child process', () => {
    const env: NodeJS.ProcessEnv = { IMGANO_DEVICE: 'cuda:1', CUDA_VISIBLE_DEVICES: '4,5' };
    expect(prepareEnvironment({}, env)).to.include({ CUDA_VISIBLE_DEVICES: '5' });
    expect(env).to.include({ CUDA_VISIBLE_DEVICES: '5', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' });
    expect(prepareEnvironment({}, env)).to.deep.equal({});
    expect(env.CUDA_VISIBLE_DEVICES).to.equal('5');
  });

  it('hides every card from a run on the processor', () => {
    const env: NodeJS.ProcessEnv = { IMGANO_DEVICE: 'cpu' };
    prepareEnvironment({}, env);
    expect(env.CUDA_VISIBLE_DEVICES).to.equal('-1');
  });
});

describe('startRuntime with a device', () => {
  const START = "import { startRuntime } from './src/runtime/start.js';\n";
  const tried = async (env: NodeJS.ProcessEnv, body = 'await startRuntime()') => {
    const script = `${START}await (async () => { ${body} })().then(() => console.log('started'), (e) => console.log(e.name, e.message));`;
    return (await runModule(script, { IMGANO_NATIVE_DIR: '/nonexistent/imgano-native', ...env })).stdout.trim();
  };

  it('never runs on a processor in the place of a card that was asked for', async () => {
    expect(await tried({ IMGANO_DEVICE: 'cuda:0', IMGANO_BACKEND: undefined })).to.match(
      /^UnsupportedBackendError backend "tensorflow": no native GPU build was found; run: imgano native install --gpu$/,
    );
    expect(await tried({ IMGANO_DEVICE: 'cuda:0', IMGANO_BACKEND: 'wasm' })).to.match(
      /^UnsupportedBackendError device "cuda:0" does not go with the backend "wasm"/,
    );
    expect(await tried({ IMGANO_DEVICE: 'cpu', IMGANO_BACKEND: 'cuda' })).to.match(/device "cpu" does not go with/);
    expect(await tried({ IMGANO_DEVICE: 'cpu', IMGANO_BACKEND: 'wasm' })).to.equal('started');
  });

  it('sets what CUDA and TensorFlow read before the addon loads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imgano-native-'));
    const dir = join(folder, buildName({ flavour: 'gpu', tensorflow: '0.0.1' }));
    mkdirSync(dir);
    // an addon that tells what it finds, and does not load
    const names = ['TF_FORCE_GPU_ALLOW_GROWTH', 'NVIDIA_TF32_OVERRIDE', 'CUDA_VISIBLE_DEVICES', 'CUDA_CACHE_PATH'];
    const told = `${JSON.stringify(names)}.map((name) => process.env[name]).join(' ')`;
    writeFileSync(join(dir, 'addon.cjs'), `throw new Error('found ' + ${told});`);
    const build = {
      ...{ schema_version: 1, flavour: 'gpu', tfjs_node: '4.22.0', tensorflow: '0.0.1', platform: process.platform },
      ...{ arch: process.arch, source: 'test', source_sha256: null, package_dir: '.', addon: 'addon.cjs' },
      ...{ libraries: [], bytes: 0 },
    };
    writeFileSync(join(dir, 'imgano-native.json'), JSON.stringify(build));
    const env = {
      IMGANO_NATIVE_DIR: folder,
      IMGANO_DEVICE: 'cuda:1',
      CUDA_VISIBLE_DEVICES: '4,5',
      IMGANO_BACKEND: undefined,
    };
    expect(await tried(env)).to.match(
      /does not load: found true 0 5 \/.*imgano.*cuda.*run: imgano native install --gpu/,
    );
    rmSync(folder, { recursive: true });
  });
});
