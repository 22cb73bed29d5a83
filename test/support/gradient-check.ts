import { expect } from 'chai';
import type { Values } from '../../src/models/nets/module.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Scalar, type Tensor } from '../../src/runtime/tf.js';
import { valueAndGradients } from '../../src/workbench/training/value-and-gradients.js';

export interface GradientCheckOptions {
  /** How far a value is moved to both sides. float32 wants steps that are not too small. */
  readonly step?: number;
  /** The most that a difference may be off, relative to the largest gradient of its tensor. */
  readonly tolerance?: number;
  /** Values of a tensor that are tried, drawn at random. */
  readonly most?: number;
}

/**
 * Compares the gradients of a loss with central finite differences, value by value.
 *
 * @param loss a pure function, smooth around `at`: keep the inputs of rectifiers and maxima away from their kinks by more than the step
 * @param at what gradients are taken of, borrowed
 */
export async function expectGradients(
  loss: (values: Values) => Scalar,
  at: Values,
  { step = 1e-2, tolerance = 1e-2, most = 8 }: GradientCheckOptions = {},
): Promise<void> {
  const { value, gradients } = valueAndGradients(() => loss(at), at);
  value.dispose();
  const random = new Random(5);
  for (const [k, [name, tensor]] of Object.entries(at).entries()) {
    expect(gradients[k].shape, `shape of the gradient of ${name}`).to.deep.equal(tensor.shape);
    const got = await gradients[k].data();
    const values = Float32Array.from(await tensor.data());
    const scale = Math.max(1e-6, ...got.map((one) => Math.abs(one)));
    const places = random.shuffled(Array.from(values, (_, i) => i)).slice(0, most);
    for (const place of places) {
      const lossAt = async (shift: number) => {
        const moved = Float32Array.from(values);
        moved[place] += shift;
        const other = tf.tensor(moved, tensor.shape);
        const result = tf.tidy(() => loss({ ...at, [name]: other }));
        const [read] = await result.data();
        tf.dispose([other, result] as Tensor[]);
        return read;
      };
      const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
      expect(
        Math.abs(slope - got[place]) / scale,
        `${name}[${place}]: ${slope} by differences, ${got[place]}`,
      ).to.be.at.most(tolerance);
    }
  }
  tf.dispose(gradients);
}
