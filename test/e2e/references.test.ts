import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import type { Picture } from '../../src/data/picture.js';
import { openRun } from '../../src/inference/open-run.js';
import { board } from '../support/board.js';
import { runCli } from '../support/cli.js';
import { scratch } from '../support/toy-run.js';

describe('references, from the command line to the record', () => {
  const root = scratch();
  const at = (...parts: string[]) => join(root, ...parts);
  const write = async (path: string, picture: Picture) =>
    writeFileSync(at(path), await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array }));
  const records = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>)
      .filter((record) => 'input' in record);
  const model = ['--model', 'vision_golden_template_map'];
  const good = ['--train', at('good'), '--quiet'];
  const fixed = ['--defects', '--pixel-threshold-strategy', 'fixed', '--pixel-threshold', '0.5'];
  const infer = ['infer', '--infer-config', at('run'), '--quiet', '--continue-on-error'];

  before(async () => {
    for (const folder of ['good', 'parts']) mkdirSync(at(folder));
    for (const name of ['a', 'b', 'c']) await write(`good/${name}.png`, board());
    await write('parts/a.png', board({ dy: 1, dx: -1 }));
    await write('parts/b.png', board({ dx: 1, defect: 'open' }));
    await write('parts/d.png', board());
    await write('parts/c.png', { height: 32, width: 32, rgb: new Uint8Array(32 * 32 * 3), source: '' });
    const trained = await runCli(
      'train',
      ...model,
      ...good,
      '--reference-dir',
      at('good'),
      ...fixed,
      '--out',
      at('run'),
    );
    expect(trained.code, trained.stderr).to.equal(0);
  });

  it('compares each picture with the reference of its name; a missing or other-sized one is its own error', async () => {
    const { code, stdout, stderr } = await runCli(...infer, '--input', at('parts'), '--reference-dir', at('good'));
    expect(code, stderr).to.equal(1);
    const [a, b, c, d] = records(stdout) as unknown as {
      defects: { regions: unknown[] };
      error: { type: string; message: string };
      label: number;
    }[];
    expect(a.defects.regions).to.deep.equal([]);
    expect(a.label).to.equal(0);
    expect(b.defects.regions.length).to.equal(1);
    expect(b.label).to.equal(1);
    expect(c.error.type).to.equal('DataError');
    expect(c.error.message).to.match(/32 x 32 pixels, its reference .*c\.png 160 x 128/);
    expect(d.error.message).to.match(/holds no reference of this name; add d\.png there/);
  });

  it('takes one picture as the reference of all', async () => {
    const run = await openRun(at('run'), { references: at('good', 'a.png') });
    const labels: unknown[] = [];
    for await (const record of run.inspect([at('parts', 'a.png'), at('parts', 'b.png'), at('parts', 'd.png')])) {
      labels.push((record as unknown as { label: number }).label);
    }
    await run.dispose();
    expect(labels).to.deep.equal([0, 1, 0]);
  });

  it('says what is missing, and refuses references that nobody would look at', async () => {
    const without = await runCli('train', ...model, ...good, '--out', at('none'));
    expect(without.code).to.equal(2);
    expect(without.stderr).to.match(/give --reference-dir FOLDER with pictures of the same names/);
    const absent = await runCli(...infer, '--input', at('parts'));
    expect(absent.code).to.equal(2);
    expect(absent.stderr).to.match(/give --reference-dir/);
    const other = ['--model', 'vision_pixel_gaussian_map', '--reference-dir', at('good'), '--out', at('none')];
    const unused = await runCli('train', ...good, ...other);
    expect(unused.stderr).to.match(/takes no references; leave --reference-dir out/);
  });

  it('says that thresholds come from simulated second shots where good pictures are their own references', async () => {
    const noisy = await runCli(
      'train',
      ...model,
      '--train',
      at('good'),
      '--reference-dir',
      at('good'),
      '--out',
      at('two'),
    );
    expect(noisy.stderr).to.match(/1 of 1 calibration pictures are their own references/);
  });
});
