import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { prefetch } from '../../src/inference/prefetch.js';

describe('prefetch', () => {
  it('keeps the order however long each item takes, and the bound', async () => {
    let running = 0;
    let most = 0;
    const work = async (n: number) => {
      most = Math.max(most, ++running);
      await sleep(n % 3 === 0 ? 8 : 1);
      running -= 1;
      return n * 10;
    };
    const out: number[] = [];
    for await (const value of prefetch([0, 1, 2, 3, 4, 5, 6], 3, work)) out.push(value);
    expect(out).to.deep.equal([0, 10, 20, 30, 40, 50, 60]);
    expect(most).to.equal(3);
  });

  it('pulls its input no faster than it is consumed', async () => {
    let pulled = 0;
    async function* endless() {
      for (;;) yield pulled++;
    }
    const walk = prefetch(endless(), 2, async (n) => n);
    await walk.next();
    await walk.next();
    expect(pulled).to.be.at.most(4);
    await walk.return(undefined);
  });

  it('raises a failure at its turn, after the results before it, and closes the input', async () => {
    let closed = false;
    async function* source() {
      try {
        yield* [1, 2, 3, 4];
      } finally {
        closed = true;
      }
    }
    const out: number[] = [];
    let message = '';
    try {
      for await (const n of prefetch(source(), 4, async (n) => {
        if (n === 3) throw new Error('three');
        return n;
      })) {
        out.push(n);
      }
    } catch (error) {
      message = (error as Error).message;
    }
    expect(out).to.deep.equal([1, 2]);
    expect(message).to.equal('three');
    expect(closed).to.equal(true);
  });

  it('gives a result as soon as it is there, while the input is still waiting', async () => {
    let release: () => void = () => {};
    async function* camera() {
      yield 1;
      await new Promise<void>((go) => (release = go));
      yield 2;
    }
    const walk = prefetch(camera(), 3, async (n) => n);
    expect((await walk.next()).value).to.equal(1);
    release();
    expect((await walk.next()).value).to.equal(2);
    expect((await walk.next()).done).to.equal(true);
  });

  it('gives what came before an input that breaks', async () => {
    async function* source() {
      yield* [1, 2];
      throw new Error('camera gone');
    }
    const out: number[] = [];
    let message = '';
    try {
      for await (const n of prefetch(source(), 3, async (value) => value)) out.push(n);
    } catch (error) {
      message = (error as Error).message;
    }
    expect([out, message]).to.deep.equal([[1, 2], 'camera gone']);
  });
});
