import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

describe('pictures of other things, from the command line to report.json', () => {
  const dir = scratch();
  const at = (...parts: string[]) => join(dir, ...parts);
  const kwargs = {
    backbone: { name: 'filterbank', stride: 4, levels: 1 },
    resize: { mode: 'stretch', size: { height: 32, width: 32 } },
    ...{ teacher: 'backbone', width: 0.03, training: { max_steps: 1, batch_size: 8 } },
  };
  const learner = ['--model', 'vision_efficientad', '--model-kwargs', JSON.stringify(kwargs), '--train', at('data')];
  const train = (out: string, ...flags: string[]) =>
    runCli('train', ...learner, ...flags, '--out', at(out), '--quiet', '--backend', 'cpu');

  before(async () => {
    await writeToyDataset(at('data'));
    for (const folder of ['others/below', 'empty']) mkdirSync(at(folder), { recursive: true });
    for (const [i, path] of ['one.png', 'below/two.png'].entries()) {
      const data = Uint8Array.from({ length: 40 * 24 * 3 }, (_, k) => (k * (37 + i)) % 256);
      writeFileSync(at('others', path), await encodePng({ width: 40, height: 24, channels: 3, data }));
    }
  });

  it('learns from them, and tells how many there were', async () => {
    const { code, stderr } = await train('run', '--others-dir', at('others'));
    expect(code, stderr).to.equal(0);
    const told = JSON.parse(readFileSync(at('run/report.json'), 'utf8'));
    expect(told).to.include({ other_pictures: 2, train_count: 9 });
    expect(told.preflight.issues).to.deep.equal([]);
    expect(JSON.parse(readFileSync(at('run/infer_config.json'), 'utf8')).picture_hashes.fit).to.have.length(9 + 2);
    const curves = JSON.parse(readFileSync(at('run/training.json'), 'utf8'));
    expect(JSON.stringify(curves)).to.include('"penalty"');
  });

  it('refuses folders of no picture, of test pictures and of good ones of the run', async () => {
    const refused = async (folder: string, sentence: RegExp) => {
      const { code, stderr } = await train('never', '--others-dir', at(folder));
      expect(code).to.equal(2);
      expect(stderr).to.match(sentence);
    };
    await refused('empty', /^error: .*empty: holds no picture; give a folder of pictures of other things/);
    await refused('data/test/good', /belongs to the test split of/);
    await refused('data/train', /data.train.good.000.png: is a good picture of this run/);
  });
});
