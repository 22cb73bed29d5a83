import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { Csflow } from '../../../src/models/flow/csflow.js';
import { CsflowParams } from '../../../src/models/flow/csflow-params.js';
import type { Trainer } from '../../../src/models/training/training-task.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';

const DEVIATION = 0.4;
const backbone = { name: 'filterbank', stride: 8, levels: 1 } as const;

/** What the steps of two epochs, and those of the held-out pictures, are given, as one list each. */
async function inputsOf(feature_noise: number): Promise<{ epochs: Float32Array[]; heldOut: Float32Array }> {
  const params = decode(
    CsflowParams,
    {
      ...{ backbone, feature_noise, coupling_blocks: 1, hidden_channels: 2 },
      resize: { mode: 'stretch', size: { height: 64, width: 64 } },
      training: { batch_size: 3, validation_fraction: 0.25 },
    },
    'params',
  );
  const read = async (batches: AsyncIterable<Tensor[]>) => {
    const values: number[] = [];
    for await (const inputs of batches) {
      for (const input of inputs) values.push(...(await input.data()));
      tf.dispose(inputs);
    }
    return Float32Array.from(values);
  };
  let seen: { epochs: Float32Array[]; heldOut: Float32Array } | null = null;
  const onlyReads: Trainer = async (task) => {
    const epochs = [];
    // The same order in both, so that the noise is all that differs.
    for (const epoch of [0, 1]) epochs.push(await read(task.batches(epoch, new Random(5))));
    seen = { epochs, heldOut: await read(task.heldOut!()) };
    return { values: { ...task.start, ...task.statistics }, epochs: [] };
  };
  const detector = new Csflow(params, new FilterbankExtractor(backbone));
  const good = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => sourceOf(toyPicture(i)));
  const source = new PictureFitSource(good, detector.input, 8);
  await detector.fit(source, { seed: 1, progress: silent, train: onlyReads });
  detector.dispose();
  return seen!;
}

onEveryBackend('feature noise of flows', () => {
  it(
    'is normal with the deviation that was asked for, and spares what is held out',
    leavesNoTensors(async () => {
      const [plain, noisy] = [await inputsOf(0), await inputsOf(DEVIATION)];
      expect(noisy.heldOut).to.deep.equal(plain.heldOut);
      const noise = noisy.epochs[0].map((value, i) => value - plain.epochs[0][i]);
      expect(noise).to.have.length.above(2000);
      const mean = noise.reduce((sum, one) => sum + one, 0) / noise.length;
      const deviation = Math.sqrt(noise.reduce((sum, one) => sum + (one - mean) ** 2, 0) / noise.length);
      const beyond = noise.filter((one) => Math.abs(one) > 2 * DEVIATION).length / noise.length;
      expect(mean).to.be.closeTo(0, 0.02);
      expect(deviation).to.be.closeTo(DEVIATION, 0.02);
      expect(beyond).to.be.closeTo(0.0455, 0.015);
    }),
  );

  it(
    'is the same for the same seed and another in every step',
    leavesNoTensors(async () => {
      const [one, two] = [await inputsOf(DEVIATION), await inputsOf(DEVIATION)];
      expect(one.epochs).to.deep.equal(two.epochs);
      const { epochs } = await inputsOf(0);
      const noise = one.epochs[0].map((value, i) => value - epochs[0][i]);
      const half = noise.length / 2;
      expect(noise.slice(0, half)).to.not.deep.equal(noise.slice(half));
    }),
  );
});
