import { expect } from 'chai';
import { basename } from 'node:path';
import { globSync } from 'tinyglobby';
import { decode } from '../../src/config/codec.js';
import { findModel } from '../../src/models/registry.js';
import { readRunConfig } from '../../src/workbench/train/read-run-config.js';

const files = globSync('docs/examples/*.yaml').filter((file) => !file.includes('kubernetes'));

describe('the run configs among the examples', () => {
  it('are there', () => {
    expect(files.map((file) => basename(file))).to.include('magnetic-tile-patchcore.yaml');
  });

  for (const file of files) {
    it(`${basename(file)} loads, names a model, and its folder gives way to --train`, async () => {
      const run = await readRunConfig(file, { dataset: { root: 'elsewhere' } });
      expect(run.dataset.root).to.equal('elsewhere');
      const { name, model_kwargs } = run.model;
      decode(findModel(name).params, model_kwargs, 'model.model_kwargs');
    });
  }
});
