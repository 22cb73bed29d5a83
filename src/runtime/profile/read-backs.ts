import { tf } from '../tf.js';

interface Reader {
  read(id: object): Promise<ArrayBufferView>;
  readSync(id: object): ArrayBufferView;
}

/**
 * Tells of every read of tensor values by the backend that runs now.
 *
 * @returns ends it
 */
export function watchReadBacks(onRead: (bytes: number) => void): () => void {
  const backend = tf.backend() as unknown as Reader;
  const { read, readSync } = backend;
  let inside = false; // `read` of some backends calls `readSync`
  backend.read = async (id) => {
    inside = true;
    try {
      const values = read.call(backend, id);
      inside = false;
      const done = await values;
      onRead(done.byteLength ?? 0);
      return done;
    } finally {
      inside = false;
    }
  };
  backend.readSync = (id) => {
    const values = readSync.call(backend, id);
    if (!inside) onRead(values.byteLength ?? 0);
    return values;
  };
  return () => Object.assign(backend, { read, readSync });
}
