import { expect } from 'chai';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
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
