import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WeightsError } from '../../../src/errors.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';

const ID = 'resnet18.tv_in1k';
const content = 'weights of somebody';
const sha256 = createHash('sha256').update(content).digest('hex');

describe('weights whose hash the manifest does not know', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-pin-'));
    mkdirSync(join(dir, ID));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const resolve = () => openWeightsStore({ searchDirs: [dir] }).resolve(ID);
  const failure = () =>
    resolve().then(
      () => expect.fail('no error was raised'),
      (error: Error) => error,
    );
  const put = (name: string, text: string, folder = ID) => writeFileSync(join(dir, folder, name), text);

  it('are not used before they are pinned, and the sentence says how', async () => {
    put('model.safetensors', content);
    const error = await failure();
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message)
      .to.contain(sha256)
      .and.contain(join(dir, ID, 'model.safetensors.sha256'));
  });

  for (const pin of [sha256, `${sha256}\n`, `${sha256}  model.safetensors\n`, `${sha256} *model.safetensors\n`]) {
    it(`are found by the pin ${JSON.stringify(pin.slice(60))}`, async () => {
      put('model.safetensors', content);
      put('model.safetensors.sha256', pin);
      const { files } = await resolve();
      expect(files[0]).to.include({ sha256, bytes: content.length, name: 'model.safetensors' });
      expect(new TextDecoder().decode(await files[0].read())).to.equal(content);
    });
  }

  it('are refused when they differ from the pin, with both hashes', async () => {
    put('model.safetensors', `${content}!`);
    put('model.safetensors.sha256', sha256);
    const { message } = await failure();
    expect(message)
      .to.contain(sha256)
      .and.contain(createHash('sha256').update(`${content}!`).digest('hex'));
  });

  it('are refused when the pin is no hash', async () => {
    put('model.safetensors', content);
    for (const pin of ['', 'sha256', `${sha256}0`, sha256.toUpperCase()]) {
      put('model.safetensors.sha256', pin);
      expect((await failure()).message).to.contain('expected a sha256');
    }
  });

  it('are looked for in their own folder alone: many checkpoints have the same file name', async () => {
    put('model.safetensors', content, '.');
    put('model.safetensors.sha256', sha256, '.');
    expect((await failure()).message)
      .to.contain('not found')
      .and.contain(`into a folder "${ID}"`);
  });
});
