import { tf, type Tensor } from '../../runtime/tf.js';

/** Reads scalars in one go and disposes them. */
export async function scalarValues(scalars: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
  const names = Object.keys(scalars);
  const together = tf.stack(Object.values(scalars));
  tf.dispose(scalars);
  const values = await together.data();
  together.dispose();
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
