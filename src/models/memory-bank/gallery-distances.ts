import { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';

/** Rows of the gallery that are searched at once: bounds the temporary copies. */
const BLOCK = 4096;

/**
 * Squared distances of the places of a picture to the nearest places of a few good pictures, wherever those lie. The pictures are
 * searched a few at a time, so that their copy stays small. Plain tfjs that reads nothing back.
 *
 * @param queries `[places, width]`, borrowed
 * @param gallery `[pictures, places, width]`, borrowed
 * @param chosen `[k]` int32 numbers of pictures, borrowed
 * @param kappa how many nearest places count; all of them where there are fewer
 * @returns `[places, kappa]`, ascending, owned by the caller
 */
export function galleryDistances(queries: Tensor2D, gallery: Tensor3D, chosen: Tensor1D, kappa: number): Tensor2D {
  const [, places, width] = gallery.shape;
  const [count] = chosen.shape;
  const group = Math.max(1, Math.floor(BLOCK / places));
  return tf.tidy(() => {
    const parts: Tensor2D[] = [];
    for (let start = 0; start < count; start += group) {
      const some = Math.min(group, count - start);
      const part = tf.tidy(() => {
        const pictures = tf.gather(gallery as Tensor, chosen.slice(start, some));
        const index = new NeighborIndex(pictures.reshape([some * places, width]));
        return index.search(queries, kappa).squared;
      });
      parts.push(part);
    }
    if (parts.length === 1) return parts[0];
    const joined = tf.concat(parts, 1) as Tensor2D;
    if (kappa === 1) return joined.min(1, true);
    return tf.topk(joined.neg(), Math.min(kappa, joined.shape[1])).values.neg() as Tensor2D;
  });
}
