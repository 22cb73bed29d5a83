import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examine } from '../../src/config/codec.js';
import { RecordLine } from '../../src/config/record.js';
import { RunHeader } from '../../src/config/run-header.js';
import { runCli } from '../support/cli.js';
import { fits, type Schema } from '../support/fits-schema.js';
import { useToyRun } from '../support/toy-run.js';

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/schema', name), 'utf8')) as Schema;

describe('the schemas of what is written', () => {
  const { dir, data, run } = useToyRun();

  it('fit every record, with every option on', async () => {
    const schema = schemaOf('record.json');
    writeFileSync(join(dir, 'broken.png'), 'no picture');
    const options: string[][] = [
      [],
      ['--include-confidence'],
      ['--continue-on-error', '--input', join(dir, 'broken.png')],
      [
        '--defects',
        '--defects-trace',
        '--defects-outline',
        '--defects-image-space',
        '--save-masks',
        join(dir, 'masks'),
      ],
      ['--defects-preset', 'industrial-defects-fp40-v2', '--reject-confidence-below', '0.9'],
      ['--tile-size', '32', '--include-maps', '--save-maps', join(dir, 'maps')],
    ];
    for (const flags of options) {
      const out = join(dir, 'out.jsonl');
      const { code, stderr } = await runCli(
        'infer',
        '--infer-config',
        run,
        '--input',
        join(data, 'test'),
        '--save-jsonl',
        out,
        '--quiet',
        ...flags,
      );
      expect(code, stderr).to.equal(flags.includes('--continue-on-error') ? 1 : 0);
      for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
        const record = JSON.parse(line) as unknown;
        expect(examine(RecordLine, record).problems, flags.join(' ')).to.deep.equal([]);
        expect(fits(schema, record), flags.join(' ')).to.equal(true);
      }
      const header = JSON.parse(readFileSync(`${out}.run.json`, 'utf8')) as unknown;
      expect(examine(RunHeader, header).problems).to.deep.equal([]);
      expect(fits(schemaOf('run-header.json'), header)).to.equal(true);
    }
  });

  it('fit a trained config', () => {
    const config = JSON.parse(readFileSync(join(run, 'infer_config.json'), 'utf8')) as object;
    expect(fits(schemaOf('infer-config.json'), config)).to.equal(true);
    expect(fits(schemaOf('infer-config.json'), { ...config, treshold: 1 })).to.equal(false);
  });
});
