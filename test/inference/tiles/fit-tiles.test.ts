import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputRule } from '../../../src/config/input-rule.js';
import { tileRule } from '../../../src/config/tile-rule.js';
import { encodePng } from '../../../src/data/encode.js';
import type { Picture } from '../../../src/data/picture.js';
import { pictureSource } from '../../../src/data/picture-source.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { FitTiles } from '../../../src/inference/tiles/fit-tiles.js';
import { startRuntime } from '../../../src/runtime/start.js';
import { tf } from '../../../src/runtime/tf.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';
import { scratch } from '../../support/toy-run.js';

const asItIs: InputRule = {
  resize: { mode: 'scale', factor: 1, multiple: 1 },
  ...{ interpolation: 'bilinear', antialias: true, color: 'rgb', quantize: false },
};
const rule = tileRule({
  ...{ tile_size: 32, stride: 24, halo: 4 },
  ...{ score_reduce: 'max', score_topk: 0.1, map_reduce: 'hann' },
});

describe('fitting on tiles', () => {
  const dir = scratch();
  const file = join(dir, 'file.png');
  const large = toyPicture(1, { width: 56, height: 80 });
  const small = toyPicture(2, { width: 30, height: 20 });
  before(async () => {
    await startRuntime('cpu');
    writeFileSync(file, await encodePng({ ...large, channels: 3, data: large.rgb as Uint8Array }));
  });

  it('counts tiles by the headers of files, and shows the model just those that it will score', async () => {
    const sources = [pictureSource(file), sourceOf(small)];
    const tiles = await FitTiles.of(sources, rule);
    const references = { of: async (picture: Picture) => picture };
    const source = new PictureFitSource(sources, asItIs, 4, undefined, references, tiles);
    expect(source.count).to.equal(3 * 2 + 1);
    const before = tf.memory().numTensors;
    const shapes: number[][] = [];
    for await (const { pixels, references: golden } of source.batches()) {
      expect(await golden!.data()).to.deep.equal(await pixels.data());
      shapes.push(pixels.shape);
      tf.dispose([pixels, golden!]);
    }
    expect(shapes).to.deep.equal([
      [4, 40, 40, 3],
      [2, 40, 40, 3],
      [1, 20, 30, 3],
    ]);
    expect(source.pixelHashes).to.have.length(2);
    expect(tf.memory().numTensors).to.equal(before);
  });
});
