import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { readDefectFolder } from '../../src/data/datasets/defect-folder.js';

describe('readDefectFolder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-defects-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const make = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), '');
    }
  };
  const refusal = () => readDefectFolder(dir).then(String, (error: Error) => error.message);

  it('reads kinds of defects with their masks, which may be missing', async () => {
    make('cut/1.png', 'cut/2.png', 'stain/1.png', 'ground_truth/cut/1_mask.png');
    const items = await readDefectFolder(dir);
    expect(
      items.map(({ source, defect, label, split, maskPath }) => [
        relative(dir, source.name),
        ...[defect, label, split, maskPath && relative(dir, maskPath)],
      ]),
    ).to.deep.equal([
      ['cut/1.png', 'cut', 1, 'train', 'ground_truth/cut/1_mask.png'],
      ['cut/2.png', 'cut', 1, 'train', null],
      ['stain/1.png', 'stain', 1, 'train', null],
    ]);
  });

  it('refuses good pictures, whole data sets and folders without a defect', async () => {
    expect(await refusal()).to.include('holds no defective picture');
    make('cut/1.png', 'good/1.png');
    expect(await refusal()).to.include('there is a folder "good"');
    rmSync(join(dir, 'good'), { recursive: true });
    make('test/cut/1.png');
    expect(await refusal())
      .to.include('there is a folder "test"')
      .and.to.include('away from test pictures');
  });
});
