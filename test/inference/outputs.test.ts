import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataError, InterruptedError, ShapeError } from '../../src/errors.js';
import type { Inspection } from '../../src/inference/run.js';
import { JsonlFile } from '../../src/inference/sinks/jsonl.js';
import { JsonlStream } from '../../src/inference/sinks/jsonl-stream.js';
import { OutputLock } from '../../src/inference/sinks/output-lock.js';
import { makeFolders, writeInspections } from '../../src/inference/write-inspections.js';
import { scratch } from '../support/toy-run.js';

function made(index: number, over: object = {}): Inspection {
  const record = { index, input: `part-${index}.png`, score: index, postprocess_summary: {}, ...over };
  return { record, picture: null, map: { height: 1, width: 2, data: new Float32Array(2) }, mask: null } as never;
}

async function* walk(...inspections: Inspection[]) {
  yield* inspections;
}

class ListSink {
  readonly records: Record<string, unknown>[] = [];
  write(record: object): void {
    this.records.push(record as Record<string, unknown>);
  }
  close(): void {}
}

describe('a slow reader', () => {
  it('slows the run, and memory stays flat', async () => {
    const stream = new PassThrough({ highWaterMark: 100 });
    const sink = new JsonlStream(stream);
    let written = 0;
    const writing = (async () => {
      for (let i = 0; i < 50; i++, written++) await sink.write({ padding: 'x'.repeat(60) });
    })();
    await sleep(20);
    expect(written).to.be.below(5);
    expect(stream.readableLength + stream.writableLength).to.be.below(600);
    const text: string[] = [];
    stream.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    await writing;
    stream.end();
    await once(stream, 'end');
    expect(text.join('').trim().split('\n')).to.have.length(50);
    expect(stream.listenerCount('drain') + stream.listenerCount('close')).to.be.below(3);
  });

  it('that goes away ends the wait', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const writing = new JsonlStream(stream).write({ a: 1 }) as Promise<void>;
    stream.destroy();
    expect(await writing.catch((error: Error) => error)).to.be.instanceOf(DataError);
  });
});

describe('error records', () => {
  const dir = scratch();
  const options = { pixelThreshold: null };
  const withMap = { anomaly_map: { shape: [1, 2], dtype: 'float32' } };

  it('say artifacts when a file failed, leave no file of that picture, and the next one follows', async () => {
    const folders = { maps: join(dir, 'maps'), masks: join(dir, 'masks') };
    await makeFolders(folders);
    mkdirSync(join(folders.masks, '000001_part-1.png'));
    const mask = { height: 1, width: 2, data: new Uint8Array(2) };
    const defects = { mask: { shape: [1, 2], dtype: 'uint8', encoding: 'png' }, regions: [] };
    const inspections = [0, 1, 2].map((index) => ({ ...made(index, { ...withMap, defects }), mask }) as Inspection);
    const sink = new ListSink();
    const regions = new ListSink();
    const counts = await writeInspections(
      walk(...inspections),
      sink,
      { ...folders, regions },
      {
        ...options,
        onError: 'record',
      },
    );
    expect(counts).to.include({ processed: 3, errors: 1 });
    expect(sink.records[1]).to.deep.include({ index: 1, input: 'part-1.png', status: 'error' });
    expect(sink.records[1].error).to.include({ type: 'DataError', stage: 'artifacts' });
    expect(readdirSync(folders.maps)).to.deep.equal(['000000_part-0.npy', '000002_part-2.npy']);
    expect(regions.records.map(({ index }) => index)).to.deep.equal([0, 2]);
    const failing = writeInspections(walk(inspections[1]), new ListSink(), folders, options);
    expect(await failing.catch((error: Error) => error)).to.be.instanceOf(DataError);
  });

  it('stand for a record that JSON cannot carry, which otherwise ends the run', async () => {
    const sink = new ListSink();
    const bad = made(1, { score: NaN });
    await writeInspections(walk(made(0), bad, made(2)), sink, {}, { ...options, onError: 'record' });
    expect(sink.records.map(({ status }) => status)).to.deep.equal([undefined, 'error', undefined]);
    expect(sink.records[1].error).to.include({ type: 'ShapeError', stage: 'infer' });
    const file = new JsonlFile(join(dir, 'nan.jsonl'));
    const ended = await writeInspections(walk(made(0), bad), file, {}, options).catch((error: Error) => error);
    file.close();
    expect(ended).to.be.instanceOf(ShapeError);
    expect(readFileSync(join(dir, 'nan.jsonl'), 'utf8').split('\n')).to.have.length(2);
  });

  it('end the run when there are enough, with those of an earlier run', async () => {
    const error = { type: 'DataError', message: 'x', stage: 'infer' };
    const failed = (index: number) =>
      ({ record: { index, input: 'a', status: 'error', error }, picture: null, map: null, mask: null }) as Inspection;
    const inspections = [failed(0), made(1), failed(2), made(3)];
    const run = async (maxErrors: number, errors = 0) => {
      const sink = new ListSink();
      const before = { processed: errors, anomalous: 0, errors, regions: 0 };
      await writeInspections(walk(...inspections), sink, {}, { ...options, onError: 'record', maxErrors, before });
      return sink.records.length;
    };
    expect([await run(0), await run(1), await run(2), await run(3), await run(2, 1), await run(1, 1)]).to.deep.equal([
      4, 1, 3, 4, 1, 0,
    ]);
  });

  it('a signal ends the run after a whole record, though files of the next picture are in work', async () => {
    const stop = new AbortController();
    const sink = new ListSink();
    const inspections = (async function* () {
      yield made(0);
      stop.abort(new InterruptedError('stopped', 'SIGTERM'));
      yield made(1);
      yield made(2);
    })();
    const ended = writeInspections(inspections, sink, {}, { ...options, signal: stop.signal });
    const error = await ended.catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(InterruptedError).with.property('signal', 'SIGTERM');
    expect(sink.records.length).to.be.within(1, 2);
  });
});

describe('a full disk', () => {
  const dir = scratch();

  it('leaves whole lines and says so', async function () {
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      this.skip(); // only root may mount
    }
    try {
      const path = join(disk, 'out.jsonl');
      const file = new JsonlFile(path);
      let message = '';
      let lines = 0;
      try {
        for (; lines < 1000; lines++) file.write({ index: lines, padding: 'x'.repeat(700) });
      } catch (error) {
        message = (error as Error).message;
      }
      file.close();
      expect(message).to.match(/out\.jsonl: writing stopped after \d+ bytes of whole lines, because the disk is full/);
      const written = readFileSync(path, 'utf8').split('\n');
      expect(written.pop()).to.equal('');
      expect(written.map((line) => JSON.parse(line).index)).to.deep.equal([...Array(lines).keys()]);
      expect(lines).to.be.above(10);
      const sink = new ListSink();
      const record = { ...made(0, { anomaly_map: { shape: [100, 100], dtype: 'float32' } }) };
      const map = { height: 100, width: 100, data: new Float32Array(10_000) };
      await writeInspections(
        walk({ ...record, map } as Inspection),
        sink,
        { maps: disk },
        {
          pixelThreshold: null,
          onError: 'record',
        },
      );
      expect(sink.records[0].error).to.deep.include({ stage: 'artifacts' });
      expect((sink.records[0].error as Error).message).to.include('the disk is full');
      expect(readdirSync(disk)).to.deep.equal(['out.jsonl']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe('the lock of an output', () => {
  const dir = scratch();
  const file = join(dir, 'out.jsonl');
  const lock = `${file}.lock`;

  it('keeps a second process out, with one sentence, until it is given back', async () => {
    const mine = await OutputLock.take(file);
    const second = await OutputLock.take(file).catch((error: Error) => error.message);
    expect(second).to.equal(
      `${file}: process ${process.pid} on ${hostname()} is writing this file; wait for it, or choose another file`,
    );
    mine.release();
    expect(existsSync(lock)).to.equal(false);
    (await OutputLock.take(file)).release();
  });

  it('of a process that is no more is taken over, also when its number is in use again', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const mine = await OutputLock.take(file);
    const owner = JSON.parse(readFileSync(lock, 'utf8'));
    mine.release();
    const dead = [
      { ...owner, token: 'x', pid: child.pid },
      ...(owner.started === null ? [] : [{ ...owner, token: 'x', started: 'before' }]),
    ];
    for (const left of dead) {
      writeFileSync(lock, JSON.stringify(left));
      (await OutputLock.take(file)).release();
    }
    for (const broken of ['', '{"tok']) {
      writeFileSync(lock, broken);
      (await OutputLock.take(file)).release();
    }
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('is swept of what was left by who was killed while it put one aside', async () => {
    const mine = await OutputLock.take(file);
    const owner = JSON.parse(readFileSync(lock, 'utf8'));
    mine.release();
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    writeFileSync(`${lock}.1`, JSON.stringify({ ...owner, pid: child.pid }));
    writeFileSync(`${lock}.2`, JSON.stringify({ ...owner, token: 'x' }));
    (await OutputLock.take(file)).release();
    expect(readdirSync(dir), 'the one of a process that lives stays').to.deep.equal(['out.jsonl.lock.2']);
    rmSync(`${lock}.2`);
  });

  it('of another machine is taken over when nobody touches it any more', async () => {
    writeFileSync(lock, JSON.stringify({ token: 'x', host: 'elsewhere', pids: null, pid: 1, started: null }));
    const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 20);
    const refused = await OutputLock.take(file, { silence: 300 }).catch((error: Error) => error.message);
    expect(refused).to.include('process 1 on elsewhere');
    clearInterval(beat);
    (await OutputLock.take(file, { silence: 300 })).release();
  });

  it('is not removed by an owner that lost it', async () => {
    const mine = await OutputLock.take(file);
    writeFileSync(lock, JSON.stringify({ token: 'another' }));
    mine.release();
    expect(existsSync(lock)).to.equal(true);
    rmSync(lock);
  });
});
