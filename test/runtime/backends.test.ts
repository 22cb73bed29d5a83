import { expect } from 'chai';
import { UnsupportedBackendError } from '../../src/errors.js';
import { parseBackend } from '../../src/runtime/backends.js';

describe('parseBackend', () => {
  it('takes the best one where nothing is asked for', () => {
    for (const text of [undefined, '', '  ', 'auto']) expect(parseBackend(text)).to.equal(null);
  });

  it('knows the names and their aliases', () => {
    for (const text of ['tensorflow', 'native', 'node', 'TensorFlow']) {
      expect(parseBackend(text)).to.deep.equal({ name: 'tensorflow', gpu: false });
    }
    for (const text of ['cuda', 'gpu']) expect(parseBackend(text)).to.deep.equal({ name: 'tensorflow', gpu: true });
    expect(parseBackend('wasm')).to.deep.equal({ name: 'wasm', gpu: false });
    expect(parseBackend('cpu')).to.deep.equal({ name: 'cpu', gpu: false });
    expect(parseBackend('webgpu')).to.deep.equal({ name: 'webgpu', gpu: true });
    expect(parseBackend('WebGPU: Intel Arc ')).to.deep.equal({ name: 'webgpu', gpu: true, adapter: 'Intel Arc' });
  });

  it('suggests for a typing error', () => {
    expect(() => parseBackend('wsam')).to.throw(UnsupportedBackendError, /did you mean "wasm"/);
    expect(() => parseBackend('toString')).to.throw(UnsupportedBackendError, /not known/);
  });
});
