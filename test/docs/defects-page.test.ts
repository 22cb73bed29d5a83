import { expect } from 'chai';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DEFECTS_PRESETS } from '../../src/defects/presets.js';
import { readDefectsDocument } from '../../src/inference/maps/defects-document.js';
import { readRunConfig } from '../../src/workbench/train/read-run-config.js';

const docs = join(import.meta.dirname, '../../docs');

describe('docs/defects.md', () => {
  const page = readFileSync(join(docs, 'defects.md'), 'utf8');

  it('has the presets as they are', () => {
    const presets: Record<string, unknown>[] = Object.values(DEFECTS_PRESETS);
    const keys = [...new Set(presets.flatMap((preset) => Object.keys(preset)))];
    const cell = (value: unknown) => (value === undefined ? '-' : `\`${JSON.stringify(value)}\``);
    const rows = keys.map((key) => [`\`${key}\``, ...presets.map((preset) => cell(preset[key]))]);
    const written = page
      .slice(page.indexOf('## Presets'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .slice(0, rows.length)
      .map((line) =>
        line
          .split('|')
          .map((text) => text.trim())
          .slice(1, -1),
      );
    expect(written).to.deep.equal(rows);
  });

  it('shows every picture that is there, and none that is large', () => {
    const pictures = readdirSync(join(docs, 'images')).filter((name) => name.startsWith('defects-'));
    expect(pictures.length).to.be.above(10);
    for (const name of pictures) {
      expect(page, name).to.include(`(images/${name})`);
      expect(statSync(join(docs, 'images', name)).size, name).to.be.at.most(40 * 1024);
    }
  });

  it('has example configs that are accepted', async () => {
    const section = await readDefectsDocument(join(docs, 'examples/defects-section.json'), {});
    expect(section).to.include({ semantics: 2, pixelThreshold: 7.39 });
    const run = await readRunConfig(join(docs, 'examples/train-with-budget.yaml'), {});
    expect(run.defects).to.deep.include({ enabled: true, min_area: 24, score_levels: 'relative', max_regions: 20 });
    expect(run.defects!.false_region_budget).to.deep.equal({ max_regions_per_1000: 20, confidence: 0.95 });
  });
});
