import { expect } from 'chai';
import { cpuFeatures } from '../../../src/runtime/doctor/cpu-features.js';
import { parseCuda, parseGpus } from '../../../src/runtime/doctor/gpus.js';

describe('cpuFeatures', () => {
  it('reads the flags of the first processor', () => {
    const text = 'processor\t: 0\nmodel name\t: X\nflags\t\t: fpu avx avx2 avx512f avx512_bf16\nbugs\t\t: none\n';
    expect(cpuFeatures(text)).to.deep.equal({ avx2: true, avx512: true, avx512_bf16: true, amx_bf16: false });
    expect(cpuFeatures('flags : fpu sse2 amx_bf16')).to.deep.equal({
      avx2: false,
      avx512: false,
      avx512_bf16: false,
      amx_bf16: true,
    });
  });

  it('says nothing where the system says nothing', () => {
    expect(cpuFeatures(null)).to.equal(null);
    expect(cpuFeatures('processor : 0\nFeatures : fp asimd bf16\n')).to.equal(null); // an ARM processor
  });
});

describe('parseGpus', () => {
  it('reads one line a GPU', () => {
    expect(parseGpus('NVIDIA H200, 143771, 570.86.15, 9.0\nNVIDIA L4, 23034, 550.54, 8.9\n')).to.deep.equal([
      { name: 'NVIDIA H200', memory_mib: 143771, driver: '570.86.15', compute_capability: '9.0' },
      { name: 'NVIDIA L4', memory_mib: 23034, driver: '550.54', compute_capability: '8.9' },
    ]);
  });

  it('takes what an old driver does not know as unknown', () => {
    expect(parseGpus('Tesla K80, [N/A], 470.1, [Not Supported]')).to.deep.equal([
      { name: 'Tesla K80', memory_mib: null, driver: '470.1', compute_capability: null },
    ]);
  });

  it('finds none in a message', () => {
    expect(parseGpus('')).to.deep.equal([]);
    expect(parseGpus('No devices were found\n')).to.deep.equal([]);
    expect(parseGpus('NVIDIA-SMI has failed because it could not communicate with the driver.')).to.deep.equal([]);
  });
});

describe('parseCuda', () => {
  it('reads the newest CUDA that the driver serves', () => {
    const head = '| NVIDIA-SMI 570.86.15   Driver Version: 570.86.15   CUDA Version: 12.8     |';
    expect(parseCuda(head)).to.equal('12.8');
    expect(parseCuda('NVIDIA-SMI has failed')).to.equal(null);
  });
});
