import { tf, type Tensor1D, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/** What is remembered of one layer of a backbone. */
export interface MemoryLayer {
  /** Of the layer's channels, over the pictures of the memory. */
  readonly mean: Tensor1D;
  readonly std: Tensor1D;
  /** `[m, h, w, c]`: the features of the pictures, of mean 0 and variance 1. */
  readonly pictures: Tensor4D;
}

/** Features of a layer as the memory holds them, and how far they are from those of the most similar picture there. */
export interface Compared {
  readonly features: Tensor4D;
  readonly difference: Tensor4D;
}

/**
 * Compares pictures with the one picture of a memory that is nearest over all layers, each of which counts alike.
 *
 * @param layers `[n, h, w, c]` each, borrowed
 * @param memory a layer each, borrowed
 * @returns owned by the caller
 */
export function compareWithMemory(layers: readonly Tensor4D[], memory: readonly MemoryLayer[]): Compared[] {
  const all = tf.tidy(() => {
    const standard = layers.map((layer, i) => layer.sub(memory[i].mean).div<Tensor4D>(memory[i].std));
    const distances = standard.map((features, i) => distancesTo(features, memory[i].pictures));
    const nearest = tf.addN(distances).argMin<Tensor1D>(1);
    const differences = standard.map((features, i) =>
      features.sub<Tensor4D>(tf.gather(memory[i].pictures, nearest)).abs(),
    );
    return [...standard, ...differences];
  });
  return layers.map((_, i) => ({ features: all[i], difference: all[layers.length + i] }));
}

/** `[n, m]`: mean squared distances. */
function distancesTo(features: Tensor4D, pictures: Tensor4D): Tensor2D {
  const [rows, known] = [features, pictures].map((x) => x.reshape<Tensor2D>([x.shape[0], -1]));
  const squares = rows.square().sum(1, true).add(known.square().sum(1));
  return squares.sub(tf.matMul(rows, known, false, true).mul(2)).div(rows.shape[1]);
}
