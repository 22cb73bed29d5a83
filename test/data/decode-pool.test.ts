import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DecodePool } from '../../src/data/decode-pool/decode-pool.js';
import { encodePng } from '../../src/data/encode.js';
import { pictureSource } from '../../src/data/picture-source.js';
import { DataError } from '../../src/errors.js';
import { toyPicture } from '../support/toy-pictures.js';
import { scratch } from '../support/toy-run.js';

// Threads run built code, as in the package.
const script = new URL('../../dist/data/decode-pool/decode-worker.js', import.meta.url);

describe('a pool of decode threads', () => {
  const dir = scratch();
  const path = (i: number) => join(dir, `${i}.png`);
  const write = async (i: number) => {
    const picture = toyPicture(i);
    writeFileSync(path(i), await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array }));
  };

  it('decodes as the main thread does, whoever is first', async () => {
    for (let i = 0; i < 6; i++) await write(i);
    const pool = new DecodePool(2, script);
    try {
      const sources = [0, 1, 2, 3, 4, 5].map((i) => pictureSource(path(i)));
      const given = await Promise.all(sources.map((source) => pool.decode(source)));
      const expected = await Promise.all(sources.map((source) => source.decode()));
      expect(given.map(({ picture }) => picture)).to.deep.equal(expected);
    } finally {
      await pool.dispose();
    }
  });

  it('gives the error of the decoder, and decodes in this thread what is no file', async () => {
    writeFileSync(join(dir, 'cut.png'), Buffer.from([0x89, 0x50]));
    const pool = new DecodePool(1, script);
    try {
      const error = await pool.decode(pictureSource(join(dir, 'cut.png'))).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(DataError);
      expect(String(error)).to.contain('cut.png');
      const { picture } = await pool.decode({ name: 'here', decode: async () => toyPicture(3) });
      expect(picture).to.deep.equal(toyPicture(3));
    } finally {
      await pool.dispose();
    }
  });

  it('replaces a thread that dies, and names the picture that kills it', async () => {
    const deadly = join(dir, 'deadly.mjs');
    writeFileSync(
      deadly,
      `import { parentPort } from 'node:worker_threads';
       parentPort.postMessage({ kind: 'call', id: 1, method: 'ready', args: [] });
       parentPort.on('message', ({ id, kind, args }) => {
         if (kind !== 'call') return;
         if (args[0].endsWith('bad.png')) process.exit(9);
         parentPort.postMessage({ kind: 'result', id, value: { picture: args[0], milliseconds: 1 } });
       });`,
    );
    const pool = new DecodePool(1, pathToFileURL(deadly));
    try {
      const error = await pool.decode(pictureSource('bad.png')).catch((e: unknown) => e);
      expect(String(error)).to.equal('DataError: bad.png: the thread that was to decode it died (exit code 9)');
      expect((await pool.decode(pictureSource('fine.png'))).picture).to.equal('fine.png');
    } finally {
      await pool.dispose();
    }
  });

  it('decodes in this thread, with one warning, where no thread can start', async () => {
    for (let i = 0; i < 3; i++) await write(i);
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on('warning', hear);
    const pool = new DecodePool(2, pathToFileURL(join(dir, 'no-such-script.mjs')));
    try {
      const sources = [0, 1, 2].map((i) => pictureSource(path(i)));
      const given = await Promise.all(sources.map((source) => pool.decode(source)));
      const expected = await Promise.all(sources.map((source) => source.decode()));
      expect(given.map(({ picture }) => picture)).to.deep.equal(expected);
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings.filter((line) => line.includes('no thread for decoding can start'))).to.have.length(1);
    } finally {
      process.off('warning', hear);
      await pool.dispose();
    }
  });
});
