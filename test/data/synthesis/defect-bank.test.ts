import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encodePng } from '../../../src/data/encode.js';
import { readDefectBank } from '../../../src/data/synthesis/anomalies/defect-bank.js';

const side = 16;
const levels = (channels: 1 | 3 | 4, level: (pixel: number, c: number) => number) =>
  encodePng({
    height: side,
    width: side,
    channels,
    data: Uint8Array.from({ length: side * side * channels }, (_, i) => level(Math.floor(i / channels), i % channels)),
  });
/** A box of 4 x 2 pixels. */
const inBox = (pixel: number) => pixel % side >= 6 && pixel % side < 10 && pixel >> 4 >= 7 && pixel >> 4 < 9;

describe('readDefectBank', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imgano-bank-'));
    await mkdir(join(folder, 'masks'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes masks beside the picture, from masks/ and from alpha, and none of them for a defect', async () => {
    const plain = await levels(3, () => 90);
    const mask = await levels(1, (pixel) => (inBox(pixel) ? 255 : 0));
    for (const name of ['a.png', 'b.png', 'c.png', 'whole.png']) await writeFile(join(folder, name), plain);
    await writeFile(join(folder, 'a_mask.png'), mask);
    await writeFile(join(folder, 'masks', 'b.png'), mask);
    await writeFile(join(folder, 'masks', 'c_mask.png'), mask);
    await writeFile(join(folder, 'd.png'), await levels(4, (pixel, c) => (c < 3 ? 90 : inBox(pixel) ? 255 : 0)));
    const bank = await readDefectBank(folder);
    expect(bank.map(({ source }) => basename(source))).to.deep.equal(['a.png', 'b.png', 'c.png', 'd.png', 'whole.png']);
    for (const { mask, height, width } of bank.slice(0, 4)) {
      expect([height, width, mask.reduce((sum, v) => sum + v, 0)]).to.deep.equal([4, 6, 8]);
    }
    expect(bank[4].mask.reduce((sum, v) => sum + v, 0)).to.equal(side * side);
    expect(bank[4].rgb[0]).to.be.closeTo(90 / 255, 1e-6);
  });

  it('refuses a bank without defects, and an empty mask', async () => {
    await writeFile(join(folder, 'masks', 'x.png'), await levels(1, () => 255));
    await expectRejection(readDefectBank(folder), 'the defect bank holds no picture that is not a mask');
    await writeFile(join(folder, 'x.png'), await levels(3, () => 9));
    await writeFile(join(folder, 'masks', 'x.png'), await levels(1, () => 0));
    await expectRejection(readDefectBank(folder), 'x.png: marks no pixel as the defect');
  });
});

async function expectRejection(promise: Promise<unknown>, text: string): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.message ?? 'nothing was thrown').to.include(text);
}
