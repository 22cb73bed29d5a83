import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

describe('imgano warmup', () => {
  const { run } = useToyRun();
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('imgano-benchmark-'));

  it('runs every batch size twice and leaves nothing behind', async () => {
    const before = left();
    const { code, stdout, stderr } = await runCli(
      'warmup',
      '--infer-config',
      run,
      '--batch-sizes',
      '1, 3',
      '--json',
      '--quiet',
    );
    expect(code, stderr).to.equal(0);
    const { gpu, kept_in, batches } = JSON.parse(stdout);
    expect([gpu, kept_in]).to.deep.equal([false, null]); // the tests run on processors
    expect(batches.map(({ batch_size }: { batch_size: number }) => batch_size)).to.deep.equal([1, 3]);
    for (const { first_ms, then_ms } of batches) expect(Math.min(first_ms, then_ms)).to.be.above(0);
    expect(left()).to.deep.equal(before);
  });

  it('refuses wrong flags, and a device that is not there, with one sentence', async () => {
    const warmup = (...flags: string[]) => runCli('warmup', '--infer-config', run, '--quiet', ...flags);
    const sizes = await warmup('--batch-sizes', '1,none');
    expect(sizes.code).to.equal(2);
    expect(sizes.stderr).to.match(/^error: --batch-sizes/);
    const picture = await warmup('--input', '/nonexistent/a.png');
    expect([picture.code, picture.stderr.trim().split('\n').length]).to.deep.equal([2, 1]);
    const device = await warmup('--device', 'cuda:one');
    expect(device.stderr).to.match(/^error: device "cuda:one" is not known/);
  });
});
