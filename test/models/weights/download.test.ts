import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError, InterruptedError, WeightsError } from '../../../src/errors.js';
import { download } from '../../../src/models/weights/download.js';
import { importWeights } from '../../../src/models/weights/import-weights.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import type { Progress } from '../../../src/runtime/progress.js';
import { SMALL_ID, writeSmallCheckpoint } from '../../support/small-network.js';

describe('the download of weights', () => {
  let dir = '';
  let server: Server;
  let requests = 0;
  const routes: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {};
  const address = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const failure = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => expect.fail('no error was raised'),
      (error: Error) => error,
    );
  const left = () => readdirSync(join(dir, 'to'));

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-download-'));
    mkdtempSync(join(dir, 'x'));
    await writeSmallCheckpoint(join(dir, 'good.safetensors'));
    server = createServer((request, response) => {
      requests += 1;
      const route = routes[request.url ?? ''];
      if (route === undefined) response.writeHead(404).end();
      else route(response, request);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  beforeEach(() => {
    rmSync(join(dir, 'to'), { recursive: true, force: true });
    requests = 0;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(dir, { recursive: true, force: true });
  });

  const folder = () => join(dir, 'to');
  const options = () => ({ store: openWeightsStore({ searchDirs: [folder()] }), dir: folder() });

  it('is not tried without leave, and only over https from elsewhere', async () => {
    const url = address('/good');
    const refused = await failure(importWeights(url, SMALL_ID, options()));
    expect(refused).to.be.instanceOf(ConfigError);
    expect(refused.message).to.contain('--allow-download');
    for (const other of ['http://example.invalid/x', 'ftp://example.invalid/x', 'file:///etc/passwd', 'https://']) {
      const error = await failure(importWeights(other, SMALL_ID, { ...options(), allowDownload: true }));
      expect(error.message, other).to.contain('expected an https address');
    }
    expect(requests).to.equal(0);
    expect(() => left()).to.throw();
  });

  it('gives what the file gives: checked, pinned, with the progress and the licence told', async () => {
    routes['/redirected'] = (response) => response.writeHead(302, { location: '/good' }).end();
    routes['/good'] = (response) => {
      const bytes = readFileSync(join(dir, 'good.safetensors'));
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    };
    const told: string[] = [];
    let done = 0;
    const progress: Progress = {
      start: (step, total) => told.push(`${step} ${total}`),
      update: (n) => (done = n),
      stop: () => {},
      info: (line) => told.push(line),
      warn: () => {},
    };
    const url = address('/redirected');
    const { files } = await importWeights(url, SMALL_ID, { ...options(), allowDownload: true, progress });
    expect(readFileSync(files[0].path)).to.deep.equal(readFileSync(join(dir, 'good.safetensors')));
    expect(readdirSync(join(folder(), SMALL_ID)).sort()).to.deep.equal([
      'model.safetensors',
      'model.safetensors.sha256',
    ]);
    expect(told[0]).to.contain('Apache-2.0').and.contain('huggingface.co');
    expect(told[1]).to.contain(`downloading ${url} ${files[0].bytes}`);
    expect(done).to.equal(files[0].bytes);
  });

  it('leaves nothing where the server refuses, stops short, turns to another place or sends another file', async () => {
    routes['/short'] = (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('abc', () => response.destroy());
    };
    routes['/elsewhere'] = (response) => response.writeHead(302, { location: 'http://example.invalid/' }).end();
    routes['/round'] = (response) => response.writeHead(302, { location: '/round' }).end();
    routes['/other'] = (response) => response.end('not weights at all');
    routes['/pth'] = (response) => response.end(Buffer.from('80028a0a6cfc9c46f920', 'hex'));
    for (const [path, word] of [
      ['/none', 'answers 404'],
      ['/short', 'cannot be downloaded'],
      ['/elsewhere', 'expected an https address'],
      ['/round', 'more than 5 times'],
      ['/other', 'not a tensor file'],
      ['/pth', 'this is a pickle'],
    ] as const) {
      const error = await failure(importWeights(address(path), SMALL_ID, { ...options(), allowDownload: true }));
      expect(error.message, path).to.contain(word).and.not.contain('\n');
      expect(() => left(), path).to.throw();
    }
  });

  it('stops at the size that the manifest says, whatever the server claims', async () => {
    routes['/endless'] = (response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(65536), () => setImmediate(more)));
      more();
    };
    routes['/long'] = (response) => response.writeHead(200, { 'content-length': 10 ** 15 }).flushHeaders();
    const to = mkdtempSync(join(dir, 'cap-'));
    for (const path of ['/endless', '/long']) {
      const error = await failure(download(address(path), { dir: to, bytes: path === '/long' ? null : 100_000 }));
      expect(error).to.be.instanceOf(WeightsError);
      expect(error.message).to.match(/larger than the \d+ bytes that are allowed/);
    }
    routes['/little'] = (response) => response.end('abc');
    expect((await failure(download(address('/little'), { dir: to, bytes: 5 }))).message).to.contain(
      'expected 5 bytes, got 3',
    );
    expect(readdirSync(to)).to.deep.equal([]);
  });

  it('leaves nothing when it is interrupted', async () => {
    const stop = new AbortController();
    routes['/slow'] = (response) => {
      response.writeHead(200);
      response.write('abc', () => setTimeout(() => stop.abort(new InterruptedError('stopped', 'SIGINT')), 20));
    };
    const error = await failure(
      importWeights(address('/slow'), SMALL_ID, { ...options(), allowDownload: true, signal: stop.signal }),
    );
    expect(error).to.be.instanceOf(InterruptedError).with.property('signal', 'SIGINT');
    expect(() => left()).to.throw();
  });
});
