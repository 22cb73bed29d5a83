import { expect } from 'chai';
import { runModule } from '../support/child.js';
import { backends } from '../support/backends.js';
import { UnsupportedBackendError } from '../../src/errors.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';
import { adapterChoice } from '../../src/runtime/webgpu/adapter-choice.js';
import { type BufferManager, guardBuffers } from '../../src/runtime/webgpu/guarded-buffers.js';
import type { GpuBuffer, GpuDevice } from '../../src/runtime/webgpu/dawn.js';
import { webgpuDevice } from '../../src/runtime/webgpu/start-webgpu.js';

const START = "import { startRuntime } from './src/runtime/start.js';\nimport { tf } from './src/runtime/tf.js';\n";

describe('adapterChoice', () => {
  it('knows the words, and takes everything else for a name', () => {
    const strong = { power: 'high-performance', name: null, software: false };
    for (const text of ['', ' ', 'high-performance']) expect(adapterChoice(text)).to.deep.equal(strong);
    expect(adapterChoice('Low-Power')).to.deep.equal({ ...strong, power: 'low-power' });
    expect(adapterChoice('software')).to.deep.equal({ ...strong, software: true });
    expect(adapterChoice(' Intel Arc ')).to.deep.equal({ ...strong, name: 'Intel Arc', software: true });
  });
});

describe('guardBuffers', () => {
  /** As TensorFlow.js's own: buffers of one size are kept for the next. */
  function made() {
    const destroyed: number[] = [];
    const manager: BufferManager = {
      ...{ numFreeBuffers: 0, numBytesAllocated: 0, freeBuffers: new Map([['all', []]]), usedBuffers: new Map() },
      acquireBuffer(size) {
        const buffer: GpuBuffer = { size, destroy: () => destroyed.push(size) };
        manager.usedBuffers.set('all', [...(manager.usedBuffers.get('all') ?? []), buffer]);
        return buffer;
      },
      releaseBuffer(buffer, reuse = true) {
        const [used, free] = [manager.usedBuffers.get('all')!, manager.freeBuffers.get('all')!];
        used.splice(used.indexOf(buffer), 1);
        if (reuse) free.push(buffer);
        else buffer.destroy();
      },
    };
    const device = { limits: { maxStorageBufferBindingSize: 100, maxBufferSize: 200 } } as GpuDevice;
    return { manager, destroyed, freeReserve: guardBuffers(manager, device) };
  }

  it('refuses what the device cannot bind, as running out of memory', () => {
    const { manager } = made();
    expect(() => manager.acquireBuffer(101, 0)).to.throw(UnsupportedBackendError, /out of memory \(a tensor of 1 MiB/);
    expect(manager.acquireBuffer(100, 0).size).to.equal(100);
  });

  it('frees what is not in use, and keeps nothing from the time of the failure', () => {
    const { manager, destroyed, freeReserve } = made();
    const [a, b] = [manager.acquireBuffer(1, 0), manager.acquireBuffer(2, 0)];
    manager.releaseBuffer(a);
    freeReserve();
    expect(destroyed).to.deep.equal([1]);
    manager.releaseBuffer(b);
    expect(destroyed).to.deep.equal([1, 2]);
    manager.releaseBuffer(manager.acquireBuffer(3, 0));
    expect(manager.freeBuffers.get('all')!.map(({ size }) => size)).to.deep.equal([3]);
  });
});

describe('webgpu, asked for where it is not', () => {
  it('says in one sentence what to do, and takes no other backend', async () => {
    const body = `${START}await startRuntime('webgpu').catch((e) => console.log(e.name, e.message, tf.getBackend()));`;
    const { stdout, code } = await runModule(body, {
      ...{ VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent', IMGANO_WEBGPU_ADAPTER: undefined },
    });
    expect(stdout).to.match(
      /^UnsupportedBackendError backend "webgpu": (its packages are not installed; run: npm install|no adapter)/,
    );
    expect(stdout.trim().split('\n')).to.have.length(1);
    expect(code).to.equal(0);
  });
});

if (backends.includes('webgpu')) {
  describe('webgpu', () => {
    before(async () => {
      await startRuntime('webgpu');
    });

    it('names its adapter, and computes nothing on the processor', () => {
      const { title, limits } = webgpuDevice()!;
      expect(title).to.not.equal('');
      expect(limits.maxStorageBufferBindingSize).to.be.at.least(2 ** 27);
      expect(tf.env().getBool('WEBGPU_CPU_FORWARD')).to.equal(false);
    });

    it('refuses another adapter in the same process', async () => {
      expect(await startRuntime('webgpu')).to.equal('webgpu');
      const error = await startRuntime('webgpu:no such').catch((e: Error) => e);
      expect(error).to.be.instanceOf(UnsupportedBackendError);
      expect((error as Error).message).to.match(/runs on .* already$/);
    });

    it('gives no values that were not waited for', async () => {
      const sum = tf.ones([4]).sum();
      expect(() => sum.dataSync()).to.throw(UnsupportedBackendError, /use data\(\)/);
      expect([...(await sum.data())]).to.deep.equal([4]);
      expect([...sum.dataSync()], 'once they are here').to.deep.equal([4]);
      sum.dispose();
    });

    it('gives no result of what failed, and goes on', async () => {
      const { device } = tf.backend() as unknown as { device: { createBuffer(wanted: object): void } };
      device.createBuffer({ size: 4, usage: 2 ** 30 });
      const error = await tf
        .ones([2])
        .add(1)
        .data()
        .catch((e: Error) => e);
      expect(error).to.be.instanceOf(UnsupportedBackendError);
      expect((error as Error).message).to.match(/^backend "webgpu": [^\n]+$/);
      expect([...(await tf.ones([2]).add(1).data())]).to.deep.equal([2, 2]);
    });

    it('ends in one sentence when the device is lost', async () => {
      const { stdout, code } = await runModule(
        `${START}await startRuntime('webgpu');
        const x = tf.ones([2]).add(1);
        (tf.backend() as any).device.destroy();
        for (let i = 0; i < 2; i++) await x.add(i).data().catch((e) => console.log(e.name, e.message));`,
      );
      const lines = stdout.trim().split('\n');
      expect(lines).to.have.length(2);
      for (const line of lines) expect(line).to.match(/^UnsupportedBackendError backend "webgpu": the GPU is lost \(/);
      expect(code).to.equal(0);
    });
  });
}
