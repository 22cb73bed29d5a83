import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { findDefects } from '../../src/defects/find-defects.js';
import { onGpu } from '../../src/runtime/on-gpu.js';
import { watchReadBacks } from '../../src/runtime/profile/read-backs.js';
import { tf } from '../../src/runtime/tf.js';
import { onEveryBackend } from '../support/backends.js';

onEveryBackend('a map in the memory of a GPU', () => {
  it('stays there: what comes back is a tenth of it', async function () {
    if (!onGpu()) return this.skip();
    const side = 256;
    const values = Float32Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return Math.hypot((y % 128) - 64, (x % 128) - 64) < 8 ? 1 : 0.1;
    });
    const map = tf.tensor2d(values, [side, side]);
    const config = decode(
      DefectsConfig,
      { pixel_threshold: 0.5, map_smoothing: { method: 'gaussian', ksize: 3 }, min_area: 4 },
      'config.json',
    );
    let bytes = 0;
    const stop = watchReadBacks((read) => (bytes += read));
    try {
      const { regions } = await findDefects(map, { config, pixelThreshold: 0.5, semantics: 2 });
      expect(regions.length).to.equal(4);
      expect(bytes).to.be.within(1, values.byteLength / 10);
    } finally {
      stop();
      map.dispose();
    }
  });
});
