import { expect } from 'chai';
import { type Evidence, judgeBackend } from '../../../src/runtime/doctor/backend-verdict.js';

const nothing = { folder: '/c', in_use: null, packages: [], builds: [] };
const build = { dir: '/c/b', flavour: 'cpu', tensorflow: '2.21.0', source: 'auto', bytes: 1, problem: null };
const gpu = { name: 'NVIDIA L4', memory_mib: 23034, driver: '550', compute_capability: '8.9' };
const bf16 = { avx2: true, avx512: true, avx512_bf16: true, amx_bf16: false };
const runs = { start_ms: 300, tensorflow: '2.21.0', loaded_from: '/c/b', gpu: false, adapter: null };

function evidence(changes: Partial<Evidence>): Evidence {
  return {
    outcome: { ok: true, facts: runs, said: '' },
    native: { ...nothing, in_use: '/c/b', builds: [build] },
    gpus: [],
    cpu: null,
    ...changes,
  };
}

const failed = (message: string, signal: string | null = null): Evidence['outcome'] => ({ ok: false, signal, message });

describe('judgeBackend', () => {
  it('takes a native backend that runs for what it is', () => {
    expect(judgeBackend('tensorflow', evidence({}))).to.deep.equal({
      name: 'tensorflow',
      state: 'there',
      detail: 'TensorFlow 2.21.0 on CPU (fast; starts in 300 ms)',
      fix: null,
      tensorflow: '2.21.0',
      loaded_from: '/c/b',
      gpu: false,
      adapter: null,
      can: { inference: true, training: true, amp: false },
    });
  });

  it('allows reduced precision on a processor or a GPU that has it, on the native backend alone', () => {
    expect(judgeBackend('tensorflow', evidence({ cpu: bf16 })).can.amp).to.equal(true);
    const onGpu = judgeBackend(
      'tensorflow',
      evidence({ gpus: [gpu], outcome: { ok: true, facts: { ...runs, gpu: true }, said: '' } }),
    );
    expect(onGpu.can.amp).to.equal(true);
    expect(onGpu.detail).to.match(/on CUDA/);
    expect(judgeBackend('wasm', evidence({ cpu: bf16 })).can.amp).to.equal(false);
  });

  it('says loudly that a GPU is not used', () => {
    const verdict = judgeBackend('tensorflow', evidence({ gpus: [gpu] }));
    expect(verdict.detail).to.match(/GPU of this machine is NOT used/);
    expect(verdict.fix).to.equal('imgano native install --gpu');
  });

  it('tells missing from broken', () => {
    const missing = judgeBackend(
      'tensorflow',
      evidence({ native: nothing, outcome: failed('no native build was found') }),
    );
    expect(missing).to.include({
      state: 'missing',
      detail: 'no native library was found',
      fix: 'imgano native install',
    });
    const broken = judgeBackend('tensorflow', evidence({ outcome: failed('/c/b does not load') }));
    expect(broken).to.include({ state: 'broken', detail: '/c/b does not load', fix: 'imgano native install' });
    expect(broken.can).to.deep.equal({ inference: false, training: false, amp: false });
  });

  it('says why a package of the project does not count', () => {
    const packages = [{ name: '@tensorflow/tfjs-node', version: '4.22.0', problem: 'its addon was not built' }];
    const verdict = judgeBackend('tensorflow', evidence({ native: { ...nothing, packages }, outcome: failed('x') }));
    expect(verdict.detail).to.equal('@tensorflow/tfjs-node 4.22.0: its addon was not built');
  });

  it('explains a crash and a library that is too new', () => {
    const detail = (message: string, signal: string | null = null) =>
      judgeBackend('tensorflow', evidence({ outcome: failed(message, signal) })).detail;
    expect(detail('', 'SIGILL')).to.match(/instructions that this processor does not have/);
    expect(detail('free(): invalid pointer', 'SIGABRT')).to.equal(
      'the library crashed (SIGABRT): free(): invalid pointer',
    );
    expect(detail("/lib/libm.so.6: version `GLIBC_2.29' not found (required by x)")).to.match(/needs GLIBC_2.29/);
    expect(detail('', 'SIGTERM')).to.match(/two minutes/);
  });

  it('takes webgpu for optional: only one that should run and does not is broken', () => {
    const verdict = (outcome: Evidence['outcome']) => judgeBackend('webgpu', evidence({ outcome }));
    for (const why of ['its packages are not installed; run: npm install x', 'no adapter (none answers)']) {
      expect(verdict(failed(`backend "webgpu": ${why}`))).to.include({ state: 'missing', fix: null });
    }
    expect(verdict(failed('the GPU does not open'))).to.include({ state: 'broken' });
    const limits = { maxStorageBufferBindingSize: 2 ** 27 } as never;
    const adapter = { title: 'Intel Arc', software: false, limits };
    const facts = { ...runs, tensorflow: null, loaded_from: null, gpu: true, adapter };
    const found = verdict({ ok: true, facts, said: '' });
    expect(found.detail).to.equal('WebGPU on Intel Arc (for GPUs without CUDA; starts in 300 ms)');
    expect(found).to.deep.include({ state: 'there', gpu: true, adapter });
  });

  it('points to npm for a backend that comes as a package', () => {
    expect(judgeBackend('wasm', evidence({ outcome: failed('Cannot find module') }))).to.include({
      state: 'broken',
      fix: 'npm ci',
    });
  });
});
