import { expect } from 'chai';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBuilt } from '../support/built-commands.js';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

describe('imgano benchmark', () => {
  const { dir, data, run } = useToyRun();
  const benchmark = (...flags: string[]) =>
    runCli('benchmark', '--infer-config', run, '--rounds', '2', '--workers', '0', '--quiet', ...flags);
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('imgano-benchmark-'));

  it('measures made-up pictures and leaves nothing behind', async () => {
    const before = left();
    const { code, stdout, stderr } = await benchmark('--batch-sizes', '1,2,auto', '--pictures', '8', '--json');
    expect(code, stderr).to.equal(0);
    const report = JSON.parse(stdout);
    expect(report).to.include({
      model: 'vision_pixel_gaussian_map',
      precision: 'float32',
      same_bytes: true,
      rounds: 2,
    });
    expect(report.input).to.deep.equal({ made: true, pictures: 24 });
    expect(report.throughput.map(({ batch_size }: { batch_size: unknown }) => batch_size)).to.deep.equal([
      1,
      2,
      'auto',
    ]);
    for (const { pictures_per_second, lowest, highest } of report.throughput) {
      expect(lowest).to.be.above(0).and.at.most(pictures_per_second);
      expect(highest).to.be.at.least(pictures_per_second);
    }
    expect(report.throughput[0].gain).to.equal(1);
    const { p50_ms, p95_ms, max_ms } = report.latency;
    expect(p50_ms).to.be.at.most(p95_ms);
    expect(p95_ms).to.be.at.most(max_ms);
    expect(report.machine).to.include.keys('imgano', 'node', 'cpu', 'backend', 'device');
    expect(report.load).to.include.keys('cores_busy_elsewhere', 'load_average');
    expect(left()).to.deep.equal(before);
  });

  it('shows a table of pictures that are given, and takes threads', function () {
    this.timeout(240_000);
    const argv = [
      ...['benchmark', '--infer-config', run, '--input', join(data, 'test'), '--defects', '--quiet'],
      ...['--rounds', '1', '--pictures', '4', '--batch-sizes', '1,4', '--workers', '0,1'],
    ];
    const [{ code, stderr: shown }] = runBuilt(dir, [{ argv, cwd: dir }]);
    expect(code, shown).to.equal(0);
    expect(shown).to.match(/latency of one picture, p50/);
    expect(shown).to.match(/4 +1 +[\d.]+/);
    expect(shown).to.match(/same bytes +all combinations gave the same records, maps and masks/);
  });

  it('says that bfloat16 is not available where there is no network', async () => {
    const { code, stdout } = await benchmark('--amp-drift', '--input', join(data, 'test'));
    expect([code, stdout]).to.deep.equal([
      0,
      'amp: bfloat16 is unavailable, float32 is used: model "vision_pixel_gaussian_map" has no network that could run in it\n',
    ]);
    const json = JSON.parse((await benchmark('--amp-drift', '--input', join(data, 'test'), '--json')).stdout);
    expect(json.available).to.equal(false);
  });

  it('refuses wrong flags, and pictures that cannot be read, with one sentence', async () => {
    writeFileSync(join(dir, 'broken.png'), 'no picture');
    const cases: [string[], string][] = [
      [['--batch-sizes', '1,x'], '--batch-sizes: expected a number, got "x"'],
      [['--batch-sizes', '0'], '--batch-sizes: expected whole number of 1 or more'],
      [['--batch-sizes', '1,,2'], '--batch-sizes: expected numbers with commas between them'],
      [['--workers', '1.5'], '--workers: expected whole number'],
      [['--rounds', '0'], '--rounds: expected whole number of 1 or more'],
      [['--pictures', '-3'], '--pictures: expected whole number of 1 or more'],
      [['--amp', '--amp-drift'], '--amp-drift does not go with --amp'],
      [['--input', join(dir, 'nowhere')], 'nowhere'],
      [['--input', join(dir, 'broken.png')], 'broken.png'],
    ];
    for (const [[flag, ...values], words] of cases) {
      const joined = flag === '--amp' ? [flag, ...values] : [`${flag}=${values[0]}`];
      const { code, stdout, stderr } = await benchmark(...joined);
      expect([code, stdout], stderr).to.deep.equal([2, '']);
      const lines = stderr
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('warning: other programs'));
      expect(lines).to.have.length(1);
      expect(lines[0])
        .to.match(/^error: /)
        .and.include(words);
    }
  });
});
