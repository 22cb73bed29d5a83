import { expect } from 'chai';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { toyPicture } from '../support/toy-pictures.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

describe('labelled defects, from the command line to report.json', () => {
  const dir = scratch();
  const at = (...parts: string[]) => join(dir, ...parts);
  const kwargs = {
    backbone: { name: 'filterbank', stride: 16, levels: 1 },
    resize: { mode: 'stretch', size: { height: 48, width: 64 } },
    ...{ hidden_dim: 4, cls_dim: 2, training: { epochs: 1, batch_size: 4 } },
  };
  const learner = ['--model', 'vision_supersimplenet', '--model-kwargs', JSON.stringify(kwargs)];
  const gaussian = ['--model', 'vision_pixel_gaussian_map', '--model-kwargs', '{"resize_hw":{"height":48,"width":64}}'];
  const set = ['--train', at('data')];
  const train = (out: string, ...flags: string[]) => runCli('train', ...flags, '--out', at(out), '--quiet');
  const report = async (out: string, ...flags: string[]) => {
    const { code, stderr } = await train(out, ...flags);
    expect(code, stderr).to.equal(0);
    return JSON.parse(readFileSync(at(out, 'report.json'), 'utf8'));
  };
  const fittedOn = (out: string): string[] =>
    JSON.parse(readFileSync(at(out, 'infer_config.json'), 'utf8')).picture_hashes.fit;

  before(async () => {
    await writeToyDataset(at('data'));
    for (const folder of ['defects/cut', 'defects/ground_truth/cut']) mkdirSync(at(folder), { recursive: true });
    for (const i of [0, 1]) {
      const picture = toyPicture(300 + i, { defect: 12 });
      const file = await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array });
      writeFileSync(at(`defects/cut/00${i}.png`), file);
    }
    copyFileSync(at('data/ground_truth/square/000_mask.png'), at('defects/ground_truth/cut/000_mask.png'));
  });

  it('learns from a folder of them, and tells how many there were', async () => {
    const told = await report('run', ...learner, ...set, '--defects-dir', at('defects'));
    expect(told.labelled_defects).to.deep.equal({ pictures: 2, masks: 1 });
    expect(told).to.include({ train_count: 9, calibration_count: 3 });
    expect(told.preflight.issues).to.deep.equal([]);
    expect(told.results.image_auroc).to.be.within(0, 1);
    expect(fittedOn('run')).to.have.length(9 + 2);
  });

  it('refuses a folder inside a test split, and test pictures under another name cost the figures', async () => {
    const { code, stderr } = await train('never', ...learner, ...set, '--defects-dir', at('data/test'));
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: .*data.test: belongs to the test split of .*; lay the defects to learn from/);
    const kind = await train('never', ...learner, ...set, '--defects-dir', at('data/test/square'));
    expect(kind.stderr).to.include('belongs to the test split of');
    expect(existsSync(at('never'))).to.equal(false);

    mkdirSync(at('copied/cut'), { recursive: true });
    copyFileSync(at('data/test/square/000.png'), at('copied/cut/other.png'));
    const told = await report('leaky', ...learner, ...set, '--defects-dir', at('copied'));
    expect(told.results).to.equal(null);
    expect(told.results_missing).to.include('test/square/000.png');
  });

  it('takes defective training rows of a manifest, which a model of good pictures leaves out', async () => {
    const rows = [
      ...Array.from({ length: 6 }, (_, i) => ({ image_path: `data/train/good/00${i}.png`, label: 0 })),
      { image_path: 'defects/cut/000.png', label: 1, mask_path: 'defects/ground_truth/cut/000_mask.png' },
      { image_path: 'defects/cut/001.png', label: 1 },
    ].map((row) => JSON.stringify({ ...row, category: 'part', split: 'train' }));
    writeFileSync(at('rows.jsonl'), rows.join('\n'));
    const told = await report('rows', ...learner, '--train', at('rows.jsonl'), '--defects-dir', at('defects'));
    expect(told.labelled_defects, 'those of both places, once').to.deep.equal({ pictures: 2, masks: 1 });

    const checked = await runCli('preflight', ...gaussian, '--train', at('rows.jsonl'), '--json', '--no-estimate');
    expect(JSON.parse(checked.stdout).preflight.issues).to.deep.equal([]);
    const other = await report('good', ...gaussian, '--train', at('rows.jsonl'));
    expect(other).to.not.have.property('labelled_defects');
    expect(fittedOn('good')).to.have.length(other.train_count);
    const asked = await train('never', ...gaussian, ...set, '--defects-dir', at('defects'));
    expect(asked.code).to.equal(2);
    expect(asked.stderr).to.match(/learns from good pictures alone; leave it out, or choose vision_supersimplenet/);
  });
});
