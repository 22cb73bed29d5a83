import { expect } from 'chai';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { openRun } from '../../src/inference/open-run.js';
import { runCli, type CliOutcome } from '../support/cli.js';
import { describeWithShared } from '../support/shared.js';
import { useToyRun } from '../support/toy-run.js';

// Every kind of bad input ends with one clear sentence and a non-zero exit, and loses nothing.

describe('bad input', () => {
  const { dir, data, run } = useToyRun();

  const infer = (input: string, ...extra: string[]) =>
    runCli('infer', '--infer-config', run, '--input', input, '--quiet', ...extra);
  const file = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(join(dir, name), bytes);
    return join(dir, name);
  };

  it('an empty folder', async () => {
    mkdirSync(join(dir, 'empty'));
    refused(await infer(join(dir, 'empty')), 'empty');
    refused(
      await runCli('train', '--model', 'vision_patchcore', '--train', join(dir, 'empty'), '--out', join(dir, 'r')),
      'empty',
    );
  });

  it('a path that is not there', async () => {
    refused(await infer(join(dir, 'nowhere')), 'nowhere');
    refused(await runCli('infer', '--infer-config', join(dir, 'no.json'), '--input', data), 'no.json');
    refused(await runCli('evaluate', '--infer-config', run, '--data', join(dir, 'nowhere')), 'nowhere');
  });

  it('a text file named .png', async () => {
    refused(await infer(file('text.png', 'not a picture at all')), 'text.png');
  });

  it('a truncated JPEG, after which the records before it stay whole', async () => {
    const { default: sharp } = await import('sharp');
    const noise = { width: 64, height: 48, channels: 3 as const, background: '#888' };
    const jpeg = await sharp({ create: noise }).jpeg().toBuffer();
    mkdirSync(join(dir, 'mixed'));
    cpSync(join(data, 'test/good/000.png'), join(dir, 'mixed/a.png'));
    file('mixed/b.jpg', jpeg.subarray(0, Math.floor(jpeg.length * 0.6)));
    const jsonl = join(dir, 'mixed.jsonl');
    refused(await infer(join(dir, 'mixed'), '--save-jsonl', jsonl), 'b.jpg');
    const written = readFileSync(jsonl, 'utf8');
    expect(written.endsWith('\n')).to.equal(true);
    expect(JSON.parse(written).input).to.match(/a\.png$/);
    const outcome = await infer(join(dir, 'mixed'), '--save-jsonl', jsonl, '--continue-on-error');
    expect(outcome.code).to.equal(1);
    const [ok, error] = readFileSync(jsonl, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ok.status).to.equal('ok');
    expect(error).to.include({ index: 1, status: 'error' }).and.not.have.property('score');
    expect(error.error.type).to.equal('DataError');
  });

  it('a picture of one pixel', async () => {
    const { default: sharp } = await import('sharp');
    const pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#888' } })
      .png()
      .toBuffer();
    const outcome = await infer(file('one.png', pixel), '--defects');
    expect(outcome.code, outcome.stderr).to.equal(0);
    expect(JSON.parse(outcome.stdout).defects.mask.shape).to.deep.equal([1, 1]);
  });

  it('a thin strip that the model would see as millions of pixels', async () => {
    const { prepare } = await import('../../src/inference/prepare.js');
    const picture = { width: 1, height: 2000, rgb: new Uint8Array(6000), source: 'strip.png' };
    const rule = { resize: { mode: 'short_side', pixels: 192, multiple: 32 }, interpolation: 'bilinear' } as const;
    const blown = () => prepare(picture, { ...rule, antialias: true, color: 'rgb', quantize: false });
    expect(blown).to.throw(/strip\.png: 1 x 2000 pixels would become 192 x 384000/);
  });

  it('an output that is an input or another output, which both stay whole', async () => {
    const picture = join(dir, 'victim.png');
    cpSync(join(data, 'test/good/000.png'), picture);
    const before = readFileSync(picture);
    refused(await infer(picture, '--save-jsonl', picture), '--save-jsonl', 'input of the run');
    expect(readFileSync(picture)).to.deep.equal(before);
    refused(await infer(picture, '--save-jsonl', join(run, 'infer_config.json')), 'input of the run');
    const twice = ['--save-jsonl', join(dir, 'x.jsonl'), '--defects-regions-jsonl', join(dir, 'x.jsonl')];
    refused(await infer(picture, '--defects', ...twice), 'already writes this file');
  });

  it('a header that claims 30000 x 30000 pixels', async () => {
    refused(await infer(file('bomb.png', bombPng(30000, 30000))), 'bomb.png');
  });

  it('NaN in raw floats', async () => {
    const opened = await openRun(run);
    const pixels = new Float32Array(48 * 64 * 3).fill(0.5);
    pixels[7] = NaN;
    let message = '';
    try {
      const raw = {
        data: pixels,
        width: 64,
        height: 48,
        channels: 3,
        bitDepth: 32,
        colorOrder: 'rgb',
        name: 'raw',
      } as const;
      for await (const _ of opened.inspect(raw as never)) expect.fail('scored');
    } catch (error) {
      message = (error as Error).message;
    }
    await opened.dispose();
    expect(message).to.match(/NaN|finite/);
  });

  it('an unknown config key', async () => {
    const path = file(
      'typo.json',
      JSON.stringify({ dataset: { root: data }, model: { name: 'vision_patchcore' }, sead: 1 }),
    );
    refused(
      await runCli('train', '--config', path, '--out', join(dir, 'r')),
      'sead: unknown key (did you mean "seed"?)',
    );
    refused(
      await runCli('train', '--model', 'vision_patchcor', '--train', data, '--out', join(dir, 'r')),
      'vision_patchcore',
    );
    refused(await infer(data, '--backend', 'wams'), 'wams');
  });

  it('missing and altered model files', async () => {
    cpSync(run, join(dir, 'altered'), { recursive: true });
    const config = JSON.parse(readFileSync(join(run, 'infer_config.json'), 'utf8'));
    const tensors = config.checkpoint.files
      .map((f: { path: string }) => f.path)
      .find((p: string) => !p.endsWith('.json'));
    const path = join(dir, 'altered/model', tensors);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    refused(await runCli('infer', '--infer-config', join(dir, 'altered'), '--input', data), 'altered', 'sha256');
  });

  describeWithShared('external weights', ['weights', 'mobilenet-v1-trunk'], (trunk) => {
    const backbone = { name: 'tfjs_layers', weights: 'mobilenet_v1_1.0_trunk', layers: ['conv_pw_3_relu'] };
    const kwargs = JSON.stringify({
      backbone,
      max_bank: 50,
      resize: { mode: 'stretch', size: { height: 64, width: 64 } },
    });
    const train = (out: string, weights: string) => {
      const model = ['--model', 'vision_patchcore', '--model-kwargs', kwargs, '--weights', weights];
      return runCli('train', ...model, '--train', data, '--out', join(dir, out), '--quiet');
    };

    it('that are missing or altered, when training and when inspecting', async () => {
      mkdirSync(join(dir, 'no-weights'));
      refused(await train('w0', join(dir, 'no-weights')), 'mobilenet_v1_1.0_trunk');
      const trained = await train('w1', join(trunk, '..'));
      expect(trained.code, trained.stderr).to.equal(0);
      mkdirSync(join(dir, 'bad-weights'));
      for (const name of ['model.json', 'weights.bin']) {
        const bytes = readFileSync(join(trunk, name));
        if (name === 'weights.bin') bytes[bytes.length >> 1] ^= 1;
        writeFileSync(join(dir, 'bad-weights', name), bytes);
      }
      refused(await train('w2', join(dir, 'bad-weights')), 'weights.bin', 'sha256');
      const inspect = ['infer', '--infer-config', join(dir, 'w1'), '--input', join(data, 'test'), '--quiet'];
      refused(await runCli(...inspect, '--weights', join(dir, 'bad-weights')), 'weights.bin', 'sha256');
      refused(await runCli(...inspect, '--weights', join(dir, 'no-weights')), 'mobilenet_v1_1.0_trunk');
    });
  });

  it('an output path that is a file, or below one', async () => {
    const blocked = file('blocked', '');
    refused(await infer(join(data, 'test'), '--save-jsonl', join(blocked, 'out.jsonl')), 'blocked');
    refused(await infer(join(data, 'test'), '--defects', '--save-masks', join(blocked, 'masks')), 'blocked');
    const train = ['train', '--model', 'vision_pixel_gaussian_map', '--train', data, '--quiet', '--out'];
    refused(await runCli(...train, join(blocked, 'run')), 'blocked');
    refused(await runCli(...train, data), 'not empty');
  });
});

/** One sentence on the standard error that names the thing, nothing on the standard output, exit 2. */
function refused(outcome: CliOutcome, ...words: string[]): void {
  expect(outcome.code, outcome.stderr).to.equal(2);
  const message = outcome.stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('error'));
  expect(message, outcome.stderr).to.have.length(1);
  for (const word of words) expect(message[0]).to.contain(word);
  expect(outcome.stderr).to.not.match(/\n\s+at /);
}

/** A valid PNG header over next to no data. */
function bombPng(width: number, height: number): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const out = Buffer.alloc(12 + body.length);
    out.writeUInt32BE(body.length, 0);
    out.write(type, 4, 'latin1');
    body.copy(out, 8);
    out.writeUInt32BE(crc(out.subarray(4, 8 + body.length)), 8 + body.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
