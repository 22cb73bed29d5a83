import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS } from '../../src/models/registry.js';
import { runCli } from '../support/cli.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

describe('commands that report', () => {
  const dir = scratch();

  it('models list gives every registry entry, as a table and as JSON', async () => {
    const table = await runCli('models', 'list');
    const { models } = JSON.parse((await runCli('models', 'list', '--json')).stdout);
    expect(models.map((model: { name: string }) => model.name)).to.deep.equal(MODELS.map(({ name }) => name));
    for (const { name } of MODELS) expect(table.stdout).to.contain(name);
  });

  it('models show gives parameters with their defaults, and suggests a name', async () => {
    for (const { name, paper } of MODELS) {
      const shown = JSON.parse((await runCli('models', 'show', name, '--json')).stdout);
      expect(shown).to.include({ name, paper });
      expect(shown.model_kwargs).to.be.an('object').that.is.not.empty;
    }
    const { code, stderr } = await runCli('models', 'show', 'vision_patchcor');
    expect(code).to.equal(2);
    expect(stderr).to.contain('did you mean "vision_patchcore"?');
  });

  it('demo refuses a folder that it did not make, and keeps it', async () => {
    const { code, stderr } = await runCli('demo', '--out', join(import.meta.dirname, '../support'));
    expect(code).to.equal(2);
    expect(stderr).to.contain('was not made by the demo');
    expect(existsSync(join(import.meta.dirname, '../support/cli.ts'))).to.equal(true);
  });

  it('train --config takes JSON and YAML, and flags beat the file', async () => {
    await writeToyDataset(join(dir, 'data'));
    const yaml = join(dir, 'run.yaml');
    writeFileSync(
      yaml,
      `seed: 3\ndataset: { root: ${JSON.stringify(join(dir, 'data'))} }\n` +
        'model: { name: vision_pixel_mean_absdiff_map, model_kwargs: { resize_hw: [48, 64] } }\n',
    );
    const out = join(dir, 'run');
    const { code, stdout, stderr } = await runCli(
      'train',
      '--config',
      yaml,
      '--seed',
      '7',
      '--out',
      out,
      '--json',
      '--quiet',
    );
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({
      model: 'vision_pixel_mean_absdiff_map',
      train_count: 9,
      calibration_count: 3,
    });
    expect(JSON.parse(readFileSync(join(out, 'infer_config.json'), 'utf8')).seed).to.equal(7);
  });
});
