import { expect } from 'chai';
import { UnsupportedBackendError } from '../../src/errors.js';
import { MODELS } from '../../src/models/registry.js';
import { requireBackend } from '../../src/models/require-backend.js';
import { startRuntime } from '../../src/runtime/start.js';

describe('requireBackend', () => {
  const [spec] = MODELS;
  const needing = (kernel: string) => ({ ...spec, needs: { ...spec.needs, kernels: [kernel] } });

  it('lets every registered model run on every portable backend', async () => {
    for (const backend of ['wasm', 'cpu']) {
      await startRuntime(backend);
      for (const model of MODELS) requireBackend(model, true);
    }
  });

  it('refuses a model whose kernel is missing, and names where it runs', async () => {
    await startRuntime('wasm');
    expect(() => requireBackend(needing('FFT'), false)).to.throw(UnsupportedBackendError, /FFT.*"wasm".*use --backend/);
    await startRuntime('cpu');
    expect(() => requireBackend(needing('FFT'), false)).to.not.throw();
  });
});
