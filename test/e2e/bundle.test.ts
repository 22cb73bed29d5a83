import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { canonicalJson } from '../../src/inference/records/canonical-json.js';
import type { OpenedRun } from '../../src/inference/open-run.js';
import { openRun } from '../../src/inference/open-run.js';
import { openBundle } from '../../src/workbench/bundle/open-bundle.js';
import { backends } from '../support/backends.js';
import { copyOf, exportToyBundle } from '../support/bundles.js';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

const root = resolve(import.meta.dirname, '../..');

describe('a deploy bundle', () => {
  const { dir, data, run } = useToyRun();
  const bundle = join(dir, 'bundle');
  const test = join(data, 'test');

  before(() => exportToyBundle(run, data, bundle));

  it('holds what the manifest lists, and verifies where it was exported to the bit', async () => {
    expect(readdirSync(bundle).sort()).to.deep.equal([
      ...[
        'bundle_manifest.json',
        'calibration_card.json',
        'config.json',
        'environment.json',
        'infer_config.json',
        'model',
      ],
      ...['probes', 'report.json'],
    ]);
    expect(readdirSync(join(bundle, 'probes/pictures'))).to.have.length(4);
    const { code, stdout } = await runCli('bundle', 'verify', bundle, '--quiet', '--json');
    const report = JSON.parse(stdout);
    expect(report).to.include({ verdict: 'pass', first_divergence: null, signed_by: null });
    expect(report.tolerance).to.deep.equal({ class: 'exact', relative: 0 });
    expect(report.probes[0].stages.map(({ stage }: { stage: string }) => stage)).to.deep.equal([
      ...['decode', 'preprocess', 'model', 'map', 'mask', 'regions', 'record'],
    ]);
    expect(code).to.equal(0);
    const text = await runCli('bundle', 'verify', bundle, '--quiet');
    expect(text.stdout).to.match(/^PASS .*\n.*4 probes on .*class "exact": every bit equal\n$/);
  });

  for (const backend of backends) {
    it(`gives the bytes of the run, by every way in [${backend}]`, async () => {
      const flags = ['--input', test, '--defects', '--include-maps', '--backend', backend, '--quiet'];
      const outputs = await Promise.all([
        ...[
          ['infer', '--infer-config', run],
          ['infer', '--from-run', run],
          ['bundle', 'run', bundle],
        ].map(async (command) => (await runCli(...command, ...flags)).stdout),
        ...[openRun, openBundle].map(async (open: typeof openRun) =>
          inProcess(await open(open === openRun ? run : bundle, { backend }), test),
        ),
      ]);
      expect(outputs[0].trim().split('\n')).to.have.length(6);
      for (const output of outputs) expect(output).to.equal(outputs[0]);
    });
  }

  it('goes on with --resume after records of the run itself: they are one config', async () => {
    const jsonl = join(dir, 'resumed.jsonl');
    await runCli('infer', '--infer-config', run, '--input', test, '--save-jsonl', jsonl, '--quiet');
    const whole = readFileSync(jsonl, 'utf8');
    writeFileSync(jsonl, `${whole.split('\n').slice(0, 2).join('\n')}\n`);
    const rest = ['--input', test, '--save-jsonl', jsonl, '--quiet', '--resume'];
    expect((await runCli('bundle', 'run', bundle, ...rest)).code).to.equal(0);
    expect(readFileSync(jsonl, 'utf8')).to.equal(whole);
  });

  for (const from of backends) {
    for (const model of ['vision_pixel_gaussian_map', 'vision_patchcore']) {
      it(`${model} exported on ${from} verifies on every backend`, async () => {
        const place = join(dir, `${model}-${from}`);
        const kwargs: Record<string, string> = {
          vision_pixel_gaussian_map: '{"resize_hw":{"height":48,"width":64}}',
          vision_patchcore: '{"resize":{"mode":"stretch","size":{"height":48,"width":64}},"max_bank":60}',
        };
        const own = join(place, 'run');
        const train = ['train', '--model', model, '--train', data, '--out', own, '--model-kwargs', kwargs[model]];
        expect((await runCli(...train, '--backend', from, '--quiet')).code).to.equal(0);
        await exportToyBundle(own, data, join(place, 'bundle'), '--backend', from);
        for (const backend of backends) {
          const args = ['bundle', 'verify', join(place, 'bundle'), '--backend', backend, '--quiet', '--json'];
          const { stdout, code } = await runCli(...args);
          const report = JSON.parse(stdout);
          expect(report.findings, backend).to.deep.equal([]);
          expect(report.tolerance.class).to.equal(backend === from ? 'exact' : 'cross');
          expect(code).to.equal(0);
        }
      });
    }
  }

  it('is refused where it is not whole, by run, watch, openBundle and drift', async () => {
    const harmed = copyOf(bundle, join(dir, 'harmed'));
    writeFileSync(join(harmed, 'extra.txt'), 'x');
    const jsonl = join(dir, 'resumed.jsonl');
    for (const command of [
      ['bundle', 'run', harmed, '--input', test],
      ['bundle', 'watch', harmed, '--folder', test, '--out', join(dir, 'never'), '--once'],
      ['drift', '--reference', harmed, '--jsonl', jsonl],
    ]) {
      const { code, stderr } = await runCli(...command, '--quiet');
      expect(stderr).to.match(/^error: .*extra\.txt: lies in the bundle, but the manifest does not name it; .*\n$/);
      expect(code).to.equal(2);
    }
    const error = await openBundle(harmed).catch((thrown: Error) => thrown);
    expect(error).to.have.property('name', 'DataError');
  });

  it('goes into an empty folder only, and leaves nothing behind when it fails', async () => {
    const again = await runCli('bundle', 'export', run, '--out', bundle, '--quiet');
    expect(again.stderr).to.match(/^error: .*exists already and is not an empty folder; /);
    const out = join(dir, 'failed');
    const failed = await runCli('bundle', 'export', run, '--out', out, '--data', join(run, 'model'), '--quiet');
    expect(failed.code).to.equal(2);
    expect(readdirSync(dir).filter((name) => name.includes('failed'))).to.deep.equal([]);
  });

  it('makes up probes without pictures, the same for the same seed', async () => {
    const digests = [];
    for (const [i, seed] of ['5', '5', '6'].entries()) {
      const out = join(dir, `synthetic-${i}`);
      const flags = ['--probes', '2', '--seed', seed, '--json', '--quiet'];
      const report = JSON.parse((await runCli('bundle', 'export', run, '--out', out, ...flags)).stdout);
      expect(report.probes).to.deep.equal({ origin: 'synthetic', seed: Number(seed), count: 2 });
      digests.push(readFileSync(join(out, 'probes/expected.json'), 'utf8'));
      expect((await runCli('bundle', 'verify', out, '--quiet')).code).to.equal(0);
    }
    expect(digests[1]).to.equal(digests[0]);
    expect(digests[2]).to.not.equal(digests[0]);
  });

  it('carries references of the probes for a model that compares with them', async () => {
    const own = join(dir, 'golden');
    const train = ['train', '--model', 'vision_golden_template_map', '--train', join(data, 'train/good'), '--out', own];
    const reference = join(data, 'train/good/000.png');
    expect((await runCli(...train, '--reference-dir', reference, '--quiet')).stderr).to.equal('');
    const out = join(dir, 'golden-bundle');
    const without = await runCli('bundle', 'export', own, '--out', out, '--quiet');
    expect(without.stderr).to.contain('give --data PICTURES and --reference-dir FOLDER');
    await exportToyBundle(own, data, out, '--reference-dir', reference);
    expect((await runCli('bundle', 'verify', out, '--quiet')).stdout).to.match(/^PASS/);
    rmSync(join(out, 'probes/references/000.png'));
    expect((await runCli('bundle', 'verify', out, '--quiet')).stdout).to.contain(
      'PROBE_MISSING probes/references/000.png',
    );
  });

  it('works read-only, with stdin closed, without a terminal, and under difficult names', () => {
    const names = ['-with space', 'zoë 部品', '--json'];
    const place = join(dir, 'names');
    mkdirSync(place);
    for (const name of names) cpSync(bundle, join(place, name), { recursive: true });
    mkdirSync(join(place, '-in put'));
    cpSync(join(test, 'good/000.png'), join(place, '-in put/-é 1.png'));
    const all = readdirSync(place, { recursive: true, withFileTypes: true });
    for (const entry of all) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444);
    chmodSync(dir, 0o755);
    // Root may write anywhere, so root runs the command as nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const env = { ...process.env, HOME: tmpdir(), IMGANO_BACKEND: 'wasm' };
    const imgano = (...argv: string[]) =>
      spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...argv], {
        ...{ cwd: place, encoding: 'utf8', env, ...nobody },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    for (const name of names) {
      const verified = imgano('bundle', 'verify', '--quiet', '--', name);
      expect(verified.stderr + verified.stdout, name).to.match(/^PASS/);
      const run = imgano('bundle', 'run', '--input=-in put', '--quiet', '--', name);
      expect(run.stderr, name).to.equal('');
      expect(JSON.parse(run.stdout).input).to.equal('-in put/-é 1.png');
    }
    for (const entry of all) if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
    expect(statSync(join(place, names[0], 'bundle_manifest.json')).mode & 0o777).to.equal(0o444);
  });
});

async function inProcess(run: OpenedRun, input: string): Promise<string> {
  let text = '';
  for await (const record of run.inspect(input, { maps: true, defects: true })) text += `${canonicalJson(record)}\n`;
  await run.dispose();
  return text;
}
