import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RawPicture } from '../../src/data/raw-picture.js';
import type * as Imgano from '../../src/index.js';
import { NotFittedError } from '../../src/errors.js';
import { openRun, type OpenedRun } from '../../src/inference/open-run.js';
import { tf } from '../../src/runtime/tf.js';
import { useToyRun } from '../support/toy-run.js';
import { toyPicture } from '../support/toy-pictures.js';

// A worker thread starts from a compiled file, so the isolated runs are those of the built package.
const built = (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Imgano;

describe('in-process', () => {
  const { data, run: path } = useToyRun();
  const test = join(data, 'test');

  for (const isolate of [false, true]) {
    describe(isolate ? 'isolated' : 'direct', () => {
      let run: OpenedRun;
      before(async () => {
        run = await (isolate ? built.openRun : openRun)(path, { isolate });
      });
      after(() => run.dispose());

      it('takes paths, buffers and raw pixels, and keeps the order', async () => {
        const picture = toyPicture(300, { defect: 12 });
        const raw = {
          ...picture,
          data: picture.rgb,
          channels: 3,
          bitDepth: 8,
          colorOrder: 'rgb',
          name: 'raw',
        } as RawPicture;
        const inputs = [join(test, 'good/000.png'), raw, join(test, 'square')];
        const seen = [];
        for await (const record of run.inspect(inputs))
          seen.push([record.index, record.input, 'label' in record && record.label]);
        expect(seen.map(([index]) => index)).to.deep.equal([0, 1, 2, 3, 4]);
        expect(seen[1].slice(1)).to.deep.equal(['raw', 1]);
      });

      it('refuses numbers that would lose pictures or wait for ever', async () => {
        const wrong = [
          { batchSize: NaN },
          { batchSize: 0 },
          { batchSize: 2.5 },
          { workers: -1 },
          { memoryBudgetMb: 0 },
        ];
        for (const options of wrong) {
          const [option] = Object.keys(options);
          const error = await run
            .inspect(test, options)
            .next()
            .catch((e: unknown) => e);
          expect(String(error)).to.match(new RegExp(`^ConfigError: inspect: ${option}: expected`));
        }
      });

      it('gives maps and masks when asked', async () => {
        for await (const { record, map, mask } of run.inspectAll(join(test, 'square'), { maps: true, defects: true })) {
          expect(map?.data)
            .to.be.instanceOf(Float32Array)
            .with.length(64 * 48);
          expect(mask?.data)
            .to.be.instanceOf(Uint8Array)
            .with.length(64 * 48);
          expect('defects' in record && record.defects?.regions).to.not.be.empty;
        }
      });

      it('serves concurrent callers, each in its own order', async () => {
        const collect = async (input: string) => {
          const scores = [];
          for await (const record of run.inspect(input)) scores.push('score' in record ? record.score : null);
          return scores;
        };
        const folders = ['good', 'square', 'good'].map((name) => join(test, name));
        const alone = [];
        for (const folder of folders) alone.push(await collect(folder));
        expect(await Promise.all(folders.map(collect))).to.deep.equal(alone);
      });

      it('ends with the package error when a picture is bad', async () => {
        const walk = run.inspect([join(test, 'good/000.png'), Buffer.from('no picture')]);
        await walk.next();
        let name = '';
        await walk.next().catch((error: Error) => (name = error.name));
        expect(name).to.equal('DataError');
      });

      it('inspects what comes before a bad path, and goes on after it when asked', async () => {
        const inputs = [join(test, 'good/000.png'), join(test, 'nowhere.png'), join(test, 'good/001.png')];
        const seen = [];
        for await (const record of run.inspect(inputs, { onError: 'record' })) seen.push('score' in record);
        expect(seen).to.deep.equal([true, false, true]);
        const walk = run.inspect(inputs);
        expect((await walk.next()).value).to.have.property('score');
        expect(await walk.next().catch((error: Error) => error.name)).to.equal('DataError');
      });

      it('can be left early', async () => {
        for await (const record of run.inspect(test)) {
          expect(record.index).to.equal(0);
          break;
        }
      });
    });
  }

  for (const open of [openRun, built.openRun]) {
    it(`refuses to be used after dispose${open === openRun ? '' : ', isolated'}`, async () => {
      const run = await open(path, { isolate: open !== openRun });
      await run.dispose();
      await run.dispose();
      const error = await run
        .inspect(test)
        .next()
        .catch((thrown: Error) => thrown);
      expect(error).to.have.property('name', NotFittedError.name);
    });
  }

  it('leaves no tensors and a flat memory after 2,000 pictures', async () => {
    const before = tf.memory().numTensors;
    const run = await openRun(path);
    const opened = tf.memory().numTensors;
    const paths = readdirSync(join(test, 'good')).map((name) => join(test, 'good', name));
    function* many() {
      for (let i = 0; i < 2000; i++) yield paths[i % paths.length];
    }
    let early = 0;
    let seen = 0;
    for await (const _ of run.inspect(many(), { defects: true })) {
      if (++seen === 200) early = process.memoryUsage().rss;
    }
    expect(seen).to.equal(2000);
    expect(tf.memory().numTensors).to.equal(opened);
    expect((process.memoryUsage().rss - early) / 2 ** 20, 'MB gained after the first 200').to.be.below(64);
    await run.dispose();
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('keeps the event loop of the caller free when isolated: no gap over 20 ms', async function () {
    this.retries(3); // another process on the machine may hold the core
    const run = await built.openRun(path, { isolate: true });
    for await (const _ of run.inspect(test)); // the first pictures load code in both threads
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    for (let i = 0; i < 5; i++) for await (const _ of run.inspect(test, { defects: true }));
    delay.disable();
    await run.dispose();
    expect(delay.max / 1e6, 'longest gap in ms').to.be.below(20);
  });
});
