import { expect } from 'chai';
import { type CudaEvidence, isOlder, judgeCuda } from '../../../src/runtime/doctor/cuda-verdict.js';
import type { Gpu } from '../../../src/runtime/doctor/gpus.js';

const h200: Gpu = { name: 'NVIDIA H200', memory_mib: 143771, driver: '570.86.15', compute_capability: '9.0' };
const wheel = {
  ...{ cuda: true, cuda_version: '12.5.1', cudnn_version: '9' },
  compute_capabilities: ['sm_60', 'sm_70', 'sm_80', 'sm_89', 'compute_90'],
};

/** A card that the library does not use, for no known reason. */
function evidence(changes: Partial<CudaEvidence> & { card?: Partial<Gpu> }): CudaEvidence {
  const { card, ...others } = changes;
  return {
    driver: { gpus: [{ ...h200, ...card }], cuda_version: '12.8', problem: null },
    ...{ library: wheel, tensorflow: '2.21.0', used: false, said: '' },
    ...others,
  };
}

const silent = { gpus: [], cuda_version: null, problem: null };
const failing = (problem: string) => judgeCuda(evidence({ driver: { ...silent, problem } }));
const saying = (said: string) => judgeCuda(evidence({ said })).detail;

describe('judgeCuda', () => {
  it('takes a machine without an NVIDIA card for what it is', () => {
    expect(judgeCuda(evidence({ driver: silent }))).to.include({ state: 'absent', fix: null });
  });

  it('is content with a card that is used and has its own code', () => {
    expect(judgeCuda(evidence({ used: true }))).to.deep.equal({
      state: 'used',
      detail: 'TensorFlow 2.21.0 with CUDA 12.5.1 uses NVIDIA H200',
      fix: null,
    });
    expect(judgeCuda(evidence({ used: true, card: { compute_capability: '8.6' } })).fix).to.equal(null);
  });

  it('says where the driver has to compile every kernel first', () => {
    const blackwell = judgeCuda(evidence({ used: true, card: { compute_capability: '12.0' } }));
    expect(blackwell.detail).to.match(/no code for compute capability 12\.0.*minutes/);
    expect(blackwell.fix).to.match(/imgano warmup/);
    const stock = evidence({ used: true, library: null, tensorflow: '2.9.1' });
    expect(judgeCuda(stock).detail).to.match(/TensorFlow 2\.9\.1 with CUDA 11\.2 uses NVIDIA H200, but holds no code/);
    expect(judgeCuda(stock).fix).to.match(/--gpu --from pip/);
    expect(judgeCuda({ ...stock, driver: evidence({ card: { compute_capability: '8.6' } }).driver }).fix).to.equal(
      null,
    );
  });

  it('names a driver that does not answer, and its remedy', () => {
    const mismatch = failing('Failed to initialize NVML: Driver/library version mismatch NVML library version: 570.86');
    expect(mismatch).to.include({ state: 'broken', fix: 'restart the machine' });
    const dead = failing("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.");
    expect(dead.fix).to.equal('reinstall the driver, then restart');
    expect(failing('nvidia-smi failed (SIGTERM)')).to.include({ state: 'broken' });
  });

  it('says that nothing is installed, or for processors alone', () => {
    expect(judgeCuda(evidence({ tensorflow: null }))).to.include({ fix: 'imgano native install --gpu' });
    const cpu = judgeCuda(evidence({ library: { ...wheel, cuda: false } }));
    expect(cpu).to.include({ state: 'unused', fix: 'imgano native install --gpu' });
    expect(cpu.detail).to.match(/built for processors alone/);
  });

  it('says that the card is hidden', () => {
    expect(judgeCuda(evidence({ visible: '-1' })).detail).to.match(/hidden by CUDA_VISIBLE_DEVICES=-1/);
  });

  it('compares the driver with the CUDA of the library', () => {
    const old = judgeCuda(evidence({ card: { driver: '470.256.02' } }));
    expect(old.detail).to.equal(
      'the driver 470.256.02 is too old for CUDA 12.5.1, which TensorFlow 2.21.0 was built for',
    );
    expect(old.fix).to.equal('install a driver of version 525.60.13 or later');
    expect(isOlder('525.60.13', '525.60.13')).to.equal(false);
    expect(isOlder('525.9', '525.60')).to.equal(true);
  });

  it('reads from what the library wrote why it uses no card', () => {
    expect(saying('W gpu_device.cc] Cannot dlopen some GPU libraries. Please make sure')).to.match(/libraries of CUDA/);
    expect(
      saying("Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file"),
    ).to.match(/libcudnn\.so\.8 of CUDA was not found; put TensorFlow with its CUDA/);
    expect(saying('libcuda.so.1: cannot open shared object file: No such file')).to.match(/there is no NVIDIA driver/);
    expect(saying('Could not find cuda drivers on your machine, GPU will not be used.')).to.match(/no NVIDIA driver/);
    expect(
      saying('kernel version 535.54.3 does not match DSO version 550.54.14 -- cannot find working devices'),
    ).to.match(/\(535\.54\.3\).*\(550\.54\.14\).*restart/);
    expect(saying('Loaded runtime CuDNN library: 8.9.4 but source was compiled with: 9.3.0.')).to.match(
      /cuDNN 8\.9\.4 was found.*9\.3\.0/,
    );
    expect(saying('with Cuda compute capability 5.2. The minimum required Cuda capability is 6.0.')).to.match(
      /5\.2, the library needs 6\.0.*--from npm/,
    );
    expect(saying('failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected')).to.match(
      /CUDA_VISIBLE_DEVICES/,
    );
    expect(saying('failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error')).to.match(/CUDA_ERROR_UNKNOWN/);
    expect(saying('CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE')).to.match(/driver is too old/);
    expect(saying('failed to allocate: CUDA_ERROR_OUT_OF_MEMORY: out of memory')).to.match(/another process/);
    expect(saying('')).to.match(/does not say why/);
  });
});
