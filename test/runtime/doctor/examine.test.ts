import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backends } from '../../support/backends.js';
import { buildName } from '../../../src/runtime/native/build.js';
import { runProbe } from '../../../src/runtime/doctor/run-probe.js';
import { runCli } from '../../support/cli.js';
import { examine } from '../../../src/runtime/doctor/examine.js';

describe('examine', () => {
  it('finds the backends that the tests run on', async () => {
    const found = await examine();
    const there = found.backends.filter((backend) => backend.state === 'there').map((backend) => backend.name);
    expect(there).to.include.members([...backends]);
    expect(found.default_backend).to.equal(there[0]);
    expect(found.packages['@tensorflow/tfjs']).to.match(/^4\./);
    expect(JSON.parse(JSON.stringify(found))).to.deep.equal(found);
  });
});

describe('imgano doctor', () => {
  it('ends with 1 where a GPU is asked for and none is used', async () => {
    const { code, stdout } = await runCli('doctor', '--device', 'cuda', '--json');
    const { cuda, backends: found } = JSON.parse(stdout);
    expect(found.some(({ state }: { state: string }) => state === 'broken')).to.equal(false);
    expect(code).to.equal(cuda.state === 'used' ? 0 : 1);
  });
});

describe('runProbe', () => {
  let folder: string;
  let before: string | undefined;

  /** A build whose addon is the given file; what it does when it loads is up to the test. */
  function plant(addon: string): void {
    const dir = join(folder, buildName({ flavour: 'cpu', tensorflow: '0.0.1' }));
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'addon.cjs'), addon);
    const build = {
      ...{ schema_version: 1, flavour: 'cpu', tfjs_node: '4.22.0', tensorflow: '0.0.1', platform: process.platform },
      ...{ arch: process.arch, source: 'test', source_sha256: null, package_dir: '.', addon: 'addon.cjs' },
      ...{ libraries: [], bytes: 0 },
    };
    writeFileSync(join(dir, 'imgano-native.json'), JSON.stringify(build));
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imgano-native-'));
    before = process.env.IMGANO_NATIVE_DIR;
    process.env.IMGANO_NATIVE_DIR = folder;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.IMGANO_NATIVE_DIR;
    else process.env.IMGANO_NATIVE_DIR = before;
    rmSync(folder, { recursive: true });
  });

  it('survives a library that crashes the process', async () => {
    plant("process.kill(process.pid, 'SIGSEGV'); while (true) {}");
    const outcome = await runProbe('tensorflow');
    expect(outcome).to.include({ ok: false, signal: 'SIGSEGV' });
  });

  it('brings back what a library says that does not load', async () => {
    plant("throw new Error('libcudart.so.12: cannot open shared object file');");
    const outcome = await runProbe('tensorflow');
    expect(outcome).to.include({ ok: false, signal: null });
    expect(outcome.ok ? '' : outcome.message).to.match(/does not load: libcudart.so.12.*run: imgano native install/);
  });
});
