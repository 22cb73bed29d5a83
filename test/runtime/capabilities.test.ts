import { expect } from 'chai';
import { backends, onEveryBackend } from '../support/backends.js';
import { UnsupportedBackendError } from '../../src/errors.js';
import { CAPABILITIES, requireCapability, WITHOUT_GRADIENT } from '../../src/runtime/capabilities.js';
import { KERNEL_REPAIRS } from '../../src/runtime/kernels.js';
import { BACKENDS } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';

const registered = (backend: string) => tf.getKernelsForBackend(backend).map((kernel) => kernel.kernelName);

onEveryBackend('capability table', (backend) => {
  it('lists exactly the kernels that the backend lacks', () => {
    const known = new Set([
      ...backends.flatMap(registered),
      ...BACKENDS.flatMap((b) => CAPABILITIES[b].missingKernels),
    ]);
    const lacking = [...known].filter((name) => !registered(backend).includes(name));
    // a kernel that only an absent backend has cannot be seen from here
    const seen = CAPABILITIES[backend].missingKernels.filter((name) => known.has(name));
    expect([...lacking].sort()).to.deep.equal([...seen].sort());
  });

  it('has every repaired kernel', () => {
    const repaired = KERNEL_REPAIRS.filter((repair) => repair.backend === backend).map((repair) => repair.kernel);
    expect(registered(backend)).to.include.members(repaired);
  });
});

describe('capabilities', () => {
  it('names only kernels without a gradient, and the common ones are not among them', () => {
    for (const kernel of WITHOUT_GRADIENT) expect(tf.getGradient(kernel), kernel).to.equal(undefined);
    for (const kernel of ['Conv2D', 'BatchMatMul', 'GatherV2', 'AvgPool', 'MaxPool', 'ResizeBilinear', 'Softmax']) {
      expect(tf.getGradient(kernel), kernel).to.not.equal(undefined);
    }
  });

  it('lets pass what a backend can do', () => {
    requireCapability('wasm', { training: true, kernels: ['Conv2D'], gradients: ['Conv2D'] }, 'x');
    requireCapability('tensorflow', { amp: true, kernels: ['FFT'] }, 'x');
  });

  it('names the backend that has what is missing', () => {
    const refusal = (needs: Parameters<typeof requireCapability>[1]) => () =>
      requireCapability('wasm', needs, 'vision_phase_correlation_map');
    expect(refusal({ kernels: ['FFT'] })).to.throw(
      UnsupportedBackendError,
      'vision_phase_correlation_map needs the kernel FFT, which backend "wasm" does not have; use --backend tensorflow (imgano native install makes it)',
    );
    expect(refusal({ amp: true })).to.throw(UnsupportedBackendError, /reduced precision.*imgano native install/);
    expect(refusal({ gradients: ['TopK'] })).to.throw(UnsupportedBackendError, /gradient of TopK.*no backend has it/);
  });

  it('offers another backend where the native one is the one that lacks it', () => {
    expect(() => requireCapability('tensorflow', { kernels: ['SearchSorted'] }, 'x')).to.throw(/use --backend wasm$/);
  });
});
