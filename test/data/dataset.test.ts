import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { openDataset, type DatasetOptions } from '../../src/data/dataset.js';
import { DataError } from '../../src/errors.js';
import { pngBytes } from './picture-bytes.js';

const picture = pngBytes({ width: 1, height: 1, values: [1, 2, 3] });

describe('openDataset', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imgano-dataset-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const make = async (...files: string[]) => {
    for (const file of files) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), picture);
    }
  };
  /** `split label defect category path [mask]`, paths relative to the folder. */
  const lines = async (path = dir, options?: DatasetOptions) =>
    (await openDataset(path, options)).map((item) =>
      [item.split, item.label, item.defect, item.category, relative(dir, item.source.name)]
        .concat(item.maskPath === null ? [] : [relative(dir, item.maskPath)])
        .join(' '),
    );
  const refusal = async (path = dir, options?: DatasetOptions) => {
    const error = await openDataset(path, options).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(DataError);
    return (error as Error).message.replaceAll(`${dir}/`, '');
  };

  describe('folders', () => {
    it('reads the layout of MVTec AD, with masks by name', async () => {
      await make('cap/train/good/1.png', 'cap/validation/good/2.png', 'cap/test/good/3.png', 'cap/test/cut/4.jpg');
      await make(
        'cap/test/cut/5.png',
        'cap/test/hole/6.png',
        'cap/ground_truth/cut/4_mask.png',
        'cap/ground_truth/hole/6.bmp',
      );
      await make('cap/train/.hidden/x.png');
      const expected = [
        'train 0 good cap cap/train/good/1.png',
        'val 0 good cap cap/validation/good/2.png',
        'test 1 cut cap cap/test/cut/4.jpg cap/ground_truth/cut/4_mask.png',
        'test 1 cut cap cap/test/cut/5.png',
        'test 0 good cap cap/test/good/3.png',
        'test 1 hole cap cap/test/hole/6.png cap/ground_truth/hole/6.bmp',
      ];
      expect(await lines(join(dir, 'cap'))).to.deep.equal(expected);
      await make('nut/train/ok/1.png');
      expect(await lines()).to.deep.equal([...expected, 'train 0 good nut nut/train/ok/1.png']);
    });

    it('reads the custom layout', async () => {
      await make('train/normal/1.png', 'test/normal/2.png', 'test/anomaly/3.png', 'ground_truth/anomaly/3_mask.png');
      const found = (await lines()).map((line) => line.replace(/ imgano-dataset-\w+ /, ' - '));
      expect(found).to.deep.equal([
        'train 0 good - train/normal/1.png',
        'test 1 anomaly - test/anomaly/3.png ground_truth/anomaly/3_mask.png',
        'test 0 good - test/normal/2.png',
      ]);
    });

    it('takes a folder of pictures as good ones to learn', async () => {
      await make('shift 1/b.png', 'shift 1/a.png', 'c.png');
      const items = await openDataset(dir);
      expect(items.map((item) => [item.split, item.label, relative(dir, item.source.name)])).to.deep.equal([
        ['train', 0, 'c.png'],
        ['train', 0, 'shift 1/a.png'],
        ['train', 0, 'shift 1/b.png'],
      ]);
    });

    it('never takes defects for good pictures', async () => {
      await make('a/train/good/1.png', 'a/train/scratch/2.png');
      expect(await refusal(join(dir, 'a'))).to.include('expected only good pictures');
      await make('b/test/scratch/1.png', 'b/train/1.png');
      expect(await refusal(join(dir, 'b'))).to.include(
        'has a folder "test", but no good pictures in train/{good,normal,ok}',
      );
      await make('c/good/1.png', 'c/scratch/1.png');
      expect(await refusal(join(dir, 'c'))).to.include('c: has the folders good, scratch side by side');
    });

    it('says what was looked for', async () => {
      expect(await refusal()).to.include('holds no picture; looked for a manifest (*.jsonl), the layout of MVTec AD');
      expect(await refusal(join(dir, 'none'))).to.include(
        'none: the data set cannot be opened, because there is no such file',
      );
      await make('a.csv');
      expect(await refusal(join(dir, 'a.csv'))).to.include('a.csv: not a data set');
      await make('d/train/good/1.png', 'd/test/x/1.png', 'd/ground_truth/x/1_mask.png', 'd/ground_truth/x/1.bmp');
      expect(await refusal(join(dir, 'd'))).to.include('is a mask of the same picture');
    });
  });

  describe('manifest', () => {
    const manifest = async (...rows: (object | string)[]) => {
      const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify({ category: 'cap', ...row })));
      await mkdir(join(dir, 'm'), { recursive: true });
      await writeFile(join(dir, 'm/list.jsonl'), text.join('\r\n'));
      return join(dir, 'm/list.jsonl');
    };

    it('reads rows with a split, and looks for files beside the manifest, then below the root', async () => {
      await make('m/a.png', 'm/b.png', 'root/c.png', 'root/c_mask.png', 'm/d.png');
      const path = await manifest(
        '# a comment',
        '',
        { image_path: 'a.png', split: 'train', label: 0, mask_path: null },
        { image_path: 'b.png', split: 'val', meta: { shift: 3 } },
        { image_path: 'c.png', split: 'test', label: 1, mask_path: 'c_mask.png', meta: { defect: 'cut' } },
        { image_path: join(dir, 'm/d.png'), category: 'nut', label: 1, group_id: 7 },
      );
      expect(await lines(path, { root: join(dir, 'root') })).to.deep.equal([
        'train 0 good cap m/a.png',
        'val 0 good cap m/b.png',
        'test 1 cut cap root/c.png root/c_mask.png',
        'test 1 anomaly nut m/d.png',
      ]);
      expect((await openDataset(path, { root: join(dir, 'root') })).map((item) => item.group)).to.deep.equal([
        null,
        null,
        null,
        '7',
      ]);
    });

    it('collects every wrong line with its number', async () => {
      await make('m/a.png', 'm/b.png');
      const path = await manifest(
        { image_path: 'a.png', lable: 1 },
        '{"image_path": ',
        '[1]',
        { image_path: 'a.png', label: 2 },
        { image_path: 'a.png', split: 'tests' },
        { image_path: 7 },
      );
      const message = await refusal(path);
      for (const part of [
        'm/list.jsonl:1: lable: unknown key (did you mean "label"?)',
        'm/list.jsonl:2: expected one JSON object',
        'm/list.jsonl:3: expected object, got [1]',
        'm/list.jsonl:4: label: expected label 0 (good) or 1 (defective), got 2',
        'm/list.jsonl:5: split: expected one of train, val, test, got "tests" (did you mean "test"?)',
        'm/list.jsonl:6: image_path: expected non-empty string, got 7',
      ]) {
        expect(message).to.include(part);
      }
    });

    it('refuses rows that would spoil the split', async () => {
      await make('m/a.png', 'm/b.png', 'm/c.png', 'm/d.png', 'm/e.png', 'm/f.png');
      const path = await manifest(
        { image_path: 'a.png', split: 'test' },
        { image_path: 'b.png', split: 'train', label: 1 },
        { image_path: 'c.png', split: 'val', label: 1 },
        { image_path: 'd.png', split: 'train', group_id: 'g' },
        { image_path: 'e.png', split: 'test', label: 0, group_id: 'g' },
        { image_path: 'f.png', label: 1, meta: { group_id: 'g' } },
        { image_path: './f.png' },
        { image_path: 'gone.png' },
      );
      expect((await refusal(path)).split('\n')).to.deep.equal([
        'm/list.jsonl:8: image_path: there is no file m/gone.png; check the path',
        'm/list.jsonl:1: label: a test picture needs a label, 0 or 1',
        'm/list.jsonl:3: label: a defective picture cannot be in "val"; move it to "test", or to "train" to learn from it',
        'm/list.jsonl:7: image_path: the picture is there already, on line 6; remove one',
        'm/list.jsonl:5: group_id: group "g" is in "test" here, but in "train" on line 4',
        'm/list.jsonl:6: group_id: group "g" has a defect here, but is in "train" on line 4',
      ]);
      expect(await refusal(await manifest('# nothing'))).to.include('the manifest has no rows');
    });

    it('splits open rows by group, with a seed, whatever their order', async () => {
      const rows = Array.from({ length: 40 }, (_, i) => ({ image_path: `${i}.png`, group_id: `part ${i % 10}` }));
      await make(...rows.map((row) => `m/${row.image_path}`), 'm/bad.png', 'm/twin.png');
      const bad = [
        { image_path: 'bad.png', label: 1, group_id: 'odd' },
        { image_path: 'twin.png', label: 0, group_id: 'odd' },
      ];
      const tested = async (list: object[], options?: DatasetOptions) =>
        (await openDataset(await manifest(...list), options))
          .filter((item) => item.split === 'test')
          .map((item) => relative(join(dir, 'm'), item.source.name))
          .sort();
      const first = await tested([...rows, ...bad]);
      // ceil(0.2 * 10) groups of 4 pictures, the defect, and the good picture of its group.
      expect(first.length).to.equal(2 * 4 + 2);
      expect(first).to.include.members(['bad.png', 'twin.png']);
      const groups = new Set(first.filter((name) => /^\d/.test(name)).map((name) => parseInt(name, 10) % 10));
      expect(groups.size).to.equal(2);
      expect(await tested([...bad, ...rows].reverse())).to.deep.equal(first);
      const seeded: string[] = [];
      for (const seed of [1, 2, 3]) seeded.push((await tested([...rows, ...bad], { seed })).join());
      expect(new Set([first.join(), ...seeded]).size).to.be.greaterThan(1);
      expect((await tested(rows, { testFraction: 0.35 })).length).to.equal(16);
      expect(await tested(rows.slice(0, 1))).to.deep.equal([]);
    });

    it('is found as manifest.jsonl in a folder', async () => {
      await make('a.png');
      await writeFile(join(dir, 'manifest.jsonl'), '{"image_path": "a.png", "category": "cap"}\n');
      expect(await lines()).to.deep.equal(['train 0 good cap a.png']);
    });
  });
});
