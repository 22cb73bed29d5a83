import { expect } from 'chai';
import { BACKENDS, startRuntime, type BackendName } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';

/** The backends that this machine really has; `IMGANO_TEST_BACKENDS=wasm,cpu` narrows them. */
export const backends: readonly BackendName[] = await present();

async function present(): Promise<BackendName[]> {
  const wanted = process.env.IMGANO_TEST_BACKENDS?.split(',');
  // one that is named must be there: a narrowed run that tests nothing would look like success
  if (wanted !== undefined) return Promise.all(wanted.map((name) => startRuntime(name)));
  const found: BackendName[] = [];
  for (const name of BACKENDS) {
    const there = await startRuntime(name).catch(() => null);
    if (there !== null) found.push(there);
  }
  return found;
}

/** The same body on every backend that the machine has. */
export function onEveryBackend(title: string, body: (backend: BackendName) => void): void {
  onEach(backends, title, body);
}

/** The same, for tests that read values at once (`dataSync`), which `webgpu` does not give. */
export function onSynchronousBackends(title: string, body: (backend: BackendName) => void): void {
  const some = backends.filter((name) => name !== 'webgpu');
  onEach(some, title, body);
}

function onEach(some: readonly BackendName[], title: string, body: (backend: BackendName) => void): void {
  for (const backend of some) {
    describe(`${title} [${backend}]`, () => {
      before(async () => {
        await startRuntime(backend);
      });
      body(backend);
    });
  }
}

/** Fails a test that leaves tensors behind. */
export function leavesNoTensors(body: () => void | Promise<void>): () => Promise<void> {
  return async () => {
    const before = tf.memory().numTensors;
    await body();
    expect(tf.memory().numTensors, 'tensors left behind').to.equal(before);
  };
}
