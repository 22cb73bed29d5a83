import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { findModel } from '../../src/models/registry.js';
import { readRunConfig } from '../../src/workbench/train/read-run-config.js';

const docs = join(import.meta.dirname, '../../docs');

describe('docs/models/golden-sample.md', () => {
  const page = readFileSync(join(docs, 'models/golden-sample.md'), 'utf8');

  for (const name of ['deeppcb-golden.yaml', 'deeppcb-ref-patch.yaml']) {
    it(`has an example config that is accepted, and says its threshold: ${name}`, async () => {
      const flags = { dataset: { root: 'elsewhere', reference_dir: 'there' } };
      const { dataset, model, defects } = await readRunConfig(join(docs, 'examples', name), flags);
      expect(dataset).to.include({ root: 'elsewhere', reference_dir: 'there' });
      const spec = findModel(model.name);
      expect(spec.needs.references).to.equal(true);
      decode(spec.params, model.model_kwargs, 'model_kwargs');
      expect(defects!.pixel_threshold_strategy).to.equal('fixed');
      expect(page).to.include(`**${defects!.pixel_threshold}** ([config](../examples/${name}))`);
      expect(defects!.min_area).to.equal(3);
    });
  }
});
