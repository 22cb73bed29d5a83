import type { Random } from '../../runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { KeptPicture } from './kept-picture.js';

/** Items in groups of one shape, each as soon as it is full; what is left comes last. */
export function* byShape(pictures: readonly KeptPicture[], size: number): Iterable<KeptPicture[]> {
  const waiting = new Map<string, KeptPicture[]>();
  for (const picture of pictures) {
    const key = picture.shape.join();
    const group = [...(waiting.get(key) ?? []), picture];
    waiting.set(key, group.length === size ? [] : group);
    if (group.length === size) yield group;
  }
  for (const group of waiting.values()) if (group.length > 0) yield group;
}

/** Takes over the pictures. */
export async function* grouped(pictures: AsyncIterable<Tensor3D>, size: number): AsyncIterable<Tensor4D> {
  const waiting = new Map<string, Tensor3D[]>();
  const take = (key: string): Tensor4D => {
    const group = waiting.get(key)!;
    waiting.delete(key);
    const batch = tf.stack(group) as Tensor4D;
    tf.dispose(group);
    return batch;
  };
  try {
    for await (const picture of pictures) {
      const key = picture.shape.join();
      const group = [...(waiting.get(key) ?? []), picture];
      waiting.set(key, group);
      if (group.length === size) yield take(key);
    }
    for (const key of [...waiting.keys()]) yield take(key);
  } finally {
    tf.dispose([...waiting.values()]);
  }
}

/** Draws from a store of `room` pictures, which is filled up in the order of the source. */
export async function* mixed(pictures: AsyncIterable<Tensor3D>, room: number, random: Random): AsyncIterable<Tensor3D> {
  const store: Tensor3D[] = [];
  const draw = (): Tensor3D => {
    const at = random.below(store.length);
    const drawn = store[at];
    store[at] = store[store.length - 1];
    store.pop();
    return drawn;
  };
  try {
    for await (const picture of pictures) {
      store.push(picture);
      if (store.length === room) yield draw();
    }
    while (store.length > 0) yield draw();
  } finally {
    tf.dispose(store);
  }
}
