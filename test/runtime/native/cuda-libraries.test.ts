import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileSmallAddon } from '../../../src/runtime/native/addon.js';
import { addonOf } from '../../../src/runtime/native/build.js';
import { cudaLibraries, majorOf } from '../../../src/runtime/native/cuda-libraries.js';
import { fetchPackage } from '../../../src/runtime/native/packages.js';
import { preloadLibraries, PRELOAD_SOURCE } from '../../../src/runtime/native/preload.js';
import { pythonLibrary, pythonOf } from '../../../src/runtime/native/python-library.js';
import { NODE_API_HEADERS } from '../../../src/runtime/native/versions.js';

let site: string;

beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'imgano-site-'));
});
afterEach(() => rmSync(site, { recursive: true, force: true }));

function put(path: string, text = ''): string {
  const file = join(site, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('cudaLibraries', () => {
  it("finds pip's libraries of CUDA beside TensorFlow, and no other files", () => {
    const cudnn = put('nvidia/cudnn/lib/libcudnn.so.9');
    const cudart = put('nvidia/cuda_runtime/lib/libcudart.so.12');
    for (const other of ['nvidia/cudnn/lib/__init__.py', 'nvidia/cudnn/include/cudnn.h', 'nvidia/x/lib/libx.so'])
      put(other);
    const found = cudaLibraries(join(site, 'tensorflow'));
    expect(found).to.deep.equal([cudart, cudnn]);
    expect([majorOf('cudart', found), majorOf('cudnn', found), majorOf('nccl', found)]).to.deep.equal([12, 9, null]);
    expect(cudaLibraries('/nonexistent/tensorflow')).to.deep.equal([]);
  });

  it('are loaded before the addon of a GPU build, as they are now', () => {
    const cudart = put('nvidia/cuda_runtime/lib/libcudart.so.12');
    const libraries = [join(site, 'tensorflow/libtensorflow_cc.so.2')];
    expect(addonOf('/b', { addon: 'a.node', preload: 'p.node', libraries })).to.deep.equal({
      addon: '/b/a.node',
      before: { preload: '/b/p.node', libraries: [cudart] },
    });
    expect(addonOf('/b', { addon: 'a.node', libraries })).to.deep.equal({ addon: '/b/a.node' });
  });
});

describe('preloadLibraries', () => {
  it('makes a library be found by its bare name, whatever the order and wherever it lies', async function () {
    const headers = await fetchPackage(NODE_API_HEADERS, join(site, 'headers')).catch(() => null);
    if (headers === null || process.platform !== 'linux') {
      console.log('      skipped: needs Linux and the package node-api-headers, from npm');
      return this.skip();
    }
    const library = (name: string, source: string, needs: string[] = []) => {
      const text = put(`src/${name}.c`, source);
      const output = join(site, `nvidia/${name}/lib/lib${name}.so.1`);
      mkdirSync(dirname(output), { recursive: true });
      const links = needs.flatMap((need) => ['-L', join(site, `nvidia/${need}/lib`), `-l:lib${need}.so.1`]);
      execFileSync('gcc', ['-shared', '-fPIC', text, `-Wl,-soname,lib${name}.so.1`, ...links, '-o', output]);
      return output;
    };
    try {
      library('zeta', 'int zeta(void) { return 42; }');
      library('alpha', 'int zeta(void); int alpha(void) { return zeta(); }', ['zeta']);
    } catch {
      console.log('      skipped: there is no C compiler');
      return this.skip();
    }
    const addon = join(site, 'preload.node');
    await compileSmallAddon(PRELOAD_SOURCE, headers, addon);
    const paths = cudaLibraries(join(site, 'tensorflow'));
    expect(paths.map((path) => path.split('/').at(-1))).to.deep.equal(['libalpha.so.1', 'libzeta.so.1']);
    const broken = put('nvidia/broken/lib/libbroken.so.1', 'no library');
    expect(preloadLibraries(addon, ['libalpha.so.1']).map(({ path }) => path)).to.deep.equal(['libalpha.so.1']);
    // alpha needs zeta, which comes after it
    expect(preloadLibraries(addon, [broken, ...paths]).map(({ path }) => path)).to.deep.equal([broken]);
    expect(preloadLibraries(addon, ['libalpha.so.1'])).to.deep.equal([]);
  });
});

describe('pythonLibrary', () => {
  it('asks the Python of the variable, of the environment, then of the system', () => {
    const python = put('venv/bin/python3');
    expect(pythonOf({ IMGANO_PYTHON: '/x/python', VIRTUAL_ENV: join(site, 'venv') })).to.equal('/x/python');
    expect(pythonOf({ VIRTUAL_ENV: join(site, 'venv'), CONDA_PREFIX: '/conda' })).to.equal(python);
    expect(pythonOf({ CONDA_PREFIX: '/nonexistent' })).to.equal('python3');
  });

  it('gives the folder of its TensorFlow, or one sentence', async () => {
    const folder = join(site, 'tensorflow');
    const answering = (answer: string) => {
      const python = put('python', `#!/bin/sh\necho ${answer}\n`);
      chmodSync(python, 0o755);
      return { ...process.env, IMGANO_PYTHON: python };
    };
    expect(await pythonLibrary(answering(folder))).to.equal(folder);
    expect(existsSync(folder)).to.equal(false);
    const refusal = async (env: NodeJS.ProcessEnv) =>
      ((await pythonLibrary(env).catch((e: Error) => e)) as Error).message;
    expect(await refusal(answering(''))).to.match(/--from pip: .* has no TensorFlow; make an environment/);
    expect(await refusal({ IMGANO_PYTHON: '/nonexistent/python' })).to.match(/--from pip: .*not on this machine/);
  });
});
