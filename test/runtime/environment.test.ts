import { expect } from 'chai';
import { prepareEnvironment } from '../../src/runtime/environment.js';

describe('prepareEnvironment', () => {
  it('sets what TensorFlow and CUDA read when they load', () => {
    const env: NodeJS.ProcessEnv = {};
    const set = prepareEnvironment({ threads: 3 }, env);
    expect(env).to.include({
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_CPP_MIN_LOG_LEVEL: '2',
      NVIDIA_TF32_OVERRIDE: '0',
      TF_ONEDNN_USE_SYSTEM_ALLOCATOR: '1',
      TF_NUM_INTRAOP_THREADS: '3',
    });
    expect(set).to.deep.equal(env);
    expect(env.CUDA_CACHE_PATH).to.match(/imgano/);
    expect(Number(env.CUDA_CACHE_MAXSIZE)).to.be.greaterThan(1e9);
  });

  it('leaves what the user has set, also an empty value', () => {
    const env: NodeJS.ProcessEnv = { NVIDIA_TF32_OVERRIDE: '1', TF_CPP_MIN_LOG_LEVEL: '' };
    const set = prepareEnvironment({}, env);
    expect(env).to.include({ NVIDIA_TF32_OVERRIDE: '1', TF_CPP_MIN_LOG_LEVEL: '' });
    expect(set).to.not.have.any.keys('NVIDIA_TF32_OVERRIDE', 'TF_CPP_MIN_LOG_LEVEL', 'TF_NUM_INTRAOP_THREADS');
  });

  it('never freezes weights in oneDNN: that gives wrong eager results', () => {
    expect(prepareEnvironment({ threads: 1 }, {})).to.not.have.property('TF_ONEDNN_ASSUME_FROZEN_WEIGHTS');
  });
});
