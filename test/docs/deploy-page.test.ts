import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { scratch } from '../support/toy-run.js';
import { toyPicture } from '../support/toy-pictures.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]);

describe('docs/deploy.md', () => {
  const dir = scratch();
  const home = process.cwd();
  const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

  before(async () => {
    const folders = { good: [0, 30], camera: [500, 6], 'good-week-12': [300, 12] };
    for (const [folder, [first, count]] of Object.entries(folders)) {
      mkdirSync(join(dir, folder));
      for (let i = 0; i < count; i++) {
        const picture = toyPicture(first + i);
        const bytes = await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array });
        writeFileSync(join(dir, folder, `${String(i).padStart(3, '0')}.png`), bytes);
      }
    }
    writeFileSync(join(dir, 'part-a.yaml'), blocks('yaml')[0]);
    process.chdir(dir);
  });
  after(() => process.chdir(home));

  it('takes one from pictures to the line', () => {
    const words = commands.map((line) => line.split(' ').slice(0, 3).join(' '));
    for (const step of ['imgano preflight', 'imgano train', 'imgano bundle export', 'imgano bundle verify']) {
      expect(words.some((line) => line.startsWith(step))).to.equal(true);
    }
  });

  for (const line of commands) {
    it(line, async () => {
      if (!line.startsWith('imgano ')) {
        execFileSync('sh', ['-c', line], { cwd: dir, stdio: 'pipe' });
        return;
      }
      const { code, stdout, stderr } = await runCli(...line.split(' ').slice(1), '--quiet');
      expect(code, stdout + stderr).to.equal(0);
      if (line.includes('replay.jsonl')) {
        const [again, first] = ['replay.jsonl', 'runs/part-a/per_image.jsonl'].map((file) =>
          readFileSync(file, 'utf8'),
        );
        expect(again).to.equal(first);
      }
    });
  }
});
