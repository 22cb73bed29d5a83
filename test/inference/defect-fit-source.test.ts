import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputRule } from '../../src/config/input-rule.js';
import { encodePng } from '../../src/data/encode.js';
import { writeFileWhole } from '../../src/data/write-whole.js';
import { DataError } from '../../src/errors.js';
import { DefectFitSource } from '../../src/inference/defect-fit-source.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { sourceOf, toyPicture } from '../support/toy-pictures.js';

const rule: InputRule = {
  resize: { mode: 'stretch', size: { height: 24, width: 32 } },
  interpolation: 'bilinear',
  antialias: true,
  color: 'rgb',
  quantize: false,
};

onEveryBackend('DefectFitSource', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-defects-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const sourceWith = async (paint: (x: number, y: number) => boolean, masked = true) => {
    const picture = toyPicture(0, { defect: 14 });
    const { width, height } = picture;
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      paint(i % width, Math.floor(i / width)) ? 255 : 0,
    );
    const maskPath = join(dir, 'mask.png');
    await writeFileWhole(maskPath, await encodePng({ width, height, channels: 1, data }));
    return DefectFitSource.of([{ source: sourceOf(picture), maskPath: masked ? maskPath : null }], rule, {
      batchSize: 8,
      tiles: null,
    });
  };

  it(
    'gives pictures and the shares of their pixels that are defective, -1 without a mask',
    leavesNoTensors(async () => {
      for (const masked of [true, false]) {
        const source = await sourceWith((x) => x < 32, masked);
        expect(source.count).to.equal(1);
        for await (const { pixels, masks } of source.batches()) {
          expect(pixels.shape).to.deep.equal([1, 24, 32, 3]);
          expect(masks.shape).to.deep.equal([1, 24, 32, 1]);
          const [first, last] = [0, 31].map((x) => masks.slice([0, 5, x, 0], [1, 1, 1, 1]));
          expect((await first.data())[0]).to.equal(masked ? 1 : -1);
          expect((await last.data())[0]).to.equal(masked ? 0 : -1);
          tf.dispose([pixels, masks, first, last]);
        }
        expect(source.pixelHashes).to.have.length(1);
      }
    }),
  );

  it(
    'refuses a mask that marks nothing',
    leavesNoTensors(async () => {
      const source = await sourceWith(() => false);
      const error = await source
        .batches()
        [Symbol.asyncIterator]()
        .next()
        .catch((e: unknown) => e);
      expect(error).to.be.instanceOf(DataError);
      expect((error as Error).message).to.include('marks nothing');
    }),
  );
});
