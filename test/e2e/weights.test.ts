import { expect } from 'chai';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeReport } from '../../src/models/weights/probe-weights.js';
import { runCli } from '../support/cli.js';
import { SMALL_ID, writeSmallCheckpoint } from '../support/small-network.js';
import { describeWithShared } from '../support/shared.js';
import { scratch } from '../support/toy-run.js';

describe('weights on the command line', () => {
  const dir = scratch();
  const folder = join(dir, 'weights');

  it('lists every entry of the manifest, also where nothing is here', async () => {
    const { code, stdout } = await runCli('weights', 'list', '--weights', join(dir, 'none'), '--json');
    expect(code).to.equal(0);
    const { weights } = JSON.parse(stdout) as { weights: { id: string; state: string }[] };
    expect(weights.map(({ id }) => id)).to.include.members(['resnet18.tv_in1k', 'mobilenet_v1_1.0_trunk']);
    expect(weights.every(({ state }) => ['here', 'missing', 'refused'].includes(state))).to.equal(true);
  });

  it('says in one sentence what is missing, unknown, or no safetensors file', async () => {
    const path = join(dir, 'teacher.pth');
    writeFileSync(path, Buffer.from('80028a0a6cfc9c46f920', 'hex'));
    for (const [argv, word] of [
      [['path', 'resnet18.tv_in1k'], 'were not found'],
      [['path', 'resnet18.tv_in2k'], 'did you mean "resnet18.tv_in1k"?'],
      [['verify', 'resnet34.tv_in1k'], ''],
      [['import', path, '--as', 'resnet18.tv_in1k', '--into', folder], 'pickle'],
      [['import', join(dir, 'nowhere'), '--as', 'resnet18.tv_in1k', '--into', folder], 'cannot be read'],
    ] as const) {
      const { code, stderr } = await runCli('weights', ...argv);
      expect(code, argv.join(' ')).to.equal(2);
      expect(stderr).to.contain(word);
    }
    expect(existsSync(folder)).to.equal(false);
  });

  it('never uses the network without leave, and says so before anything is made', async () => {
    const url = 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors';
    const { code, stderr, stdout } = await runCli(
      'weights',
      'import',
      url,
      '--as',
      'resnet18.tv_in1k',
      '--into',
      folder,
    );
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^error: https:.*--allow-download, or bring the file\n$/);
    expect(existsSync(folder)).to.equal(false);
  });

  it('imports, probes, pins and compares; another file, another architecture and another tag are refused', async () => {
    const [file, own] = [join(dir, 'small.safetensors'), join(dir, 'own')];
    await writeSmallCheckpoint(file);
    const imported = await runCli('weights', 'import', file, '--as', SMALL_ID, '--into', own);
    expect(imported.code, imported.stderr).to.equal(0);
    expect(imported.stdout).to.contain('Apache-2.0').and.contain('huggingface.co/timm');
    const probe = async (...argv: string[]) => {
      const { code, stdout, stderr } = await runCli('weights', 'probe', SMALL_ID, '--weights', own, ...argv, '--json');
      return { code, stderr, report: stdout === '' ? null : (JSON.parse(stdout) as ProbeReport) };
    };
    expect((await probe('--backend', 'wasm')).report).to.include({ ok: null, compared_with: null, backend: 'wasm' });
    const { report } = await probe('--backend', 'wasm', '--pin');
    const pinned = report!.pinned!;
    expect(existsSync(pinned)).to.equal(true);
    expect(await probe()).to.have.nested.include({ code: 0, 'report.ok': true, 'report.compared_with': pinned });
    const table = await runCli('weights', 'probe', SMALL_ID, '--weights', own);
    expect(table.stdout).to.contain('features.12').and.contain('as expected').and.contain(pinned);
    const text = readFileSync(pinned, 'utf8');
    writeFileSync(join(dir, 'moved.json'), text.replace(/"largest": /, '"largest": 1'));
    expect(await probe('--against', join(dir, 'moved.json'))).to.have.nested.include({ code: 2, 'report.ok': false });
    expect((await probe('--against', join(dir, 'none.json'))).stderr).to.contain('cannot be read');
    expect((await probe('--against', pinned, '--pin')).stderr).to.contain('exclude each other');

    const bytes = readFileSync(file);
    for (const [name, content, id, word] of [
      ['altered', Buffer.concat([bytes.subarray(0, -1), Buffer.of(1)]), SMALL_ID, 'where'],
      ['truncated', bytes.subarray(0, 1000), SMALL_ID, 'where'],
      ['truncated2', bytes.subarray(0, 1000), 'resnet18.a1_in1k', 'truncated'],
      ['architecture', bytes, 'mobilenetv3_large_100.ra_in1k', 'do not fit|does not fit'],
      ['naming', bytes, 'mobilenet_v3_small.tv_in1k', 'tensors are unknown'],
    ] as const) {
      const path = join(dir, `${name}.safetensors`);
      writeFileSync(path, content);
      const { code, stderr } = await runCli('weights', 'import', path, '--as', id, '--into', own, '--quiet');
      expect(code, name).to.equal(2);
      expect(stderr.trim().split('\n'), name).to.have.length(1);
      expect(stderr, name).to.match(new RegExp(word));
      if (word === 'where') expect(stderr.match(/[0-9a-f]{64}/g)).to.have.length(2);
    }
  });

  describeWithShared('a real checkpoint', ['golden', 'backbones', 'resnet18.safetensors'], (file) => {
    it('is imported, found, verified, and refused once it was altered', async () => {
      const imported = await runCli('weights', 'import', file, '--as', 'resnet18.tv_in1k', '--into', folder, '--json');
      expect(imported.code, imported.stderr).to.equal(0);
      const [{ path, sha256 }] = (JSON.parse(imported.stdout) as { files: { path: string; sha256: string }[] }).files;
      const found = await runCli('weights', 'path', 'resnet18.tv_in1k', '--weights', folder);
      expect(found.stdout).to.equal(`${path}\n`);
      expect((await runCli('weights', 'verify', '--weights', folder)).code).to.equal(0);

      mkdirSync(join(dir, 'copy/resnet18.tv_in1k'), { recursive: true });
      const copy = join(dir, 'copy/resnet18.tv_in1k/model.safetensors');
      copyFileSync(`${path}.sha256`, `${copy}.sha256`);
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(copy, bytes);
      const verified = await runCli('weights', 'verify', 'resnet18.tv_in1k', '--weights', join(dir, 'copy'), '--json');
      expect(verified.code).to.equal(2);
      expect(JSON.parse(verified.stdout).verified[0])
        .to.deep.include({ ok: false })
        .and.to.have.property('problem')
        .that.contains(sha256);
      const again = await runCli('weights', 'import', copy, '--as', 'resnet18.tv_in1k', '--into', folder);
      expect(again.code).to.equal(2);
      expect(again.stderr).to.contain(sha256);
    });
  });
});
