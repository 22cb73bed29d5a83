import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/**
 * A picture, or its features, that is kept for many steps: as bytes where all its values are whole numbers from 0 to 255, which is what
 * pictures are that were not resized, else as a tensor.
 */
export class KeptPicture {
  private constructor(
    readonly shape: readonly [number, number, number],
    private readonly data: Uint8Array | Tensor3D,
  ) {}

  /** @param batch `[n, h, w, c]`, borrowed */
  static async ofBatch(batch: Tensor4D): Promise<KeptPicture[]> {
    const [n, h, w, c] = batch.shape;
    const shape = [h, w, c] as const;
    if (!(await isBytes(batch))) {
      return (tf.unstack(batch) as Tensor3D[]).map((one) => new KeptPicture(shape, one));
    }
    const values = Uint8Array.from(await batch.data());
    const size = h * w * c;
    return Array.from({ length: n }, (_, i) => new KeptPicture(shape, values.slice(i * size, (i + 1) * size)));
  }

  /**
   * @param pictures of one shape
   * @returns `[pictures.length, h, w, c]`, owned by the caller
   */
  static stack(pictures: readonly KeptPicture[]): Tensor4D {
    const [h, w, c] = pictures[0].shape;
    const size = h * w * c;
    if (pictures.every(({ data }) => data instanceof Uint8Array)) {
      const values = new Float32Array(pictures.length * size);
      pictures.forEach(({ data }, i) => values.set(data as Uint8Array, i * size));
      return tf.tensor4d(values, [pictures.length, h, w, c]);
    }
    return tf.tidy(() => tf.stack(pictures.map((picture) => picture.tensor())) as Tensor4D);
  }

  get bytes(): number {
    return this.data instanceof Uint8Array ? this.data.byteLength : 4 * this.data.size;
  }

  dispose(): void {
    if (!(this.data instanceof Uint8Array)) this.data.dispose();
  }

  private tensor(): Tensor3D {
    return this.data instanceof Uint8Array ? tf.tensor3d(Float32Array.from(this.data), [...this.shape]) : this.data;
  }
}

/** Asked on the device: features may be large. */
async function isBytes(batch: Tensor4D): Promise<boolean> {
  const verdict = tf.tidy(() =>
    tf
      .logicalAnd(tf.equal(batch, tf.floor(batch)), tf.logicalAnd(tf.greaterEqual(batch, 0), tf.lessEqual(batch, 255)))
      .all(),
  );
  const [bytes] = await verdict.data();
  verdict.dispose();
  return bytes === 1;
}
