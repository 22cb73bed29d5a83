import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { relativeNames } from '../../src/inference/shards/relative-names.js';
import { parseShard } from '../../src/inference/shards/shard.js';
import { shardOfName } from '../../src/inference/shards/shard-of-name.js';
import { scratch } from '../support/toy-run.js';

describe('--shard', () => {
  const slurm = (id: string, min: string, max: string, count: string, step?: string) => ({
    SLURM_ARRAY_TASK_ID: id,
    SLURM_ARRAY_TASK_MIN: min,
    SLURM_ARRAY_TASK_MAX: max,
    SLURM_ARRAY_TASK_COUNT: count,
    SLURM_ARRAY_TASK_STEP: step,
  });

  it('is I/N from 1, or what the scheduler says', () => {
    expect(parseShard('1/3')).to.deep.equal({ index: 1, count: 3 });
    expect(parseShard('auto', slurm('0', '0', '7', '8'))).to.deep.equal({ index: 1, count: 8 });
    expect(parseShard('auto', slurm('8', '1', '8', '8'))).to.deep.equal({ index: 8, count: 8 });
    expect(parseShard('auto', slurm('6', '0', '6', '4', '2'))).to.deep.equal({ index: 4, count: 4 });
    const pod = { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '3' };
    expect(parseShard('auto', pod)).to.deep.equal({ index: 3, count: 3 });
    expect(parseShard('auto/4', { JOB_COMPLETION_INDEX: '2' })).to.deep.equal({ index: 3, count: 4 });
    // One task of an array, run again: the environment no longer knows of the others.
    expect(parseShard('auto/8', slurm('5', '5', '5', '1'))).to.deep.equal({ index: 6, count: 8 });
  });

  it('refuses wrong numbers with one sentence', () => {
    for (const text of ['0/3', '4/3', '1/0', '3', '-1/3', '1.5/3', 'a/b', 'auto/x', '']) {
      expect(() => parseShard(text, {}), text).to.throw(/^--shard: expected I\/N with I from 1 to N/);
    }
    expect(() => parseShard('auto', {})).to.throw('found neither');
    expect(() => parseShard('auto', { JOB_COMPLETION_INDEX: '0' })).to.throw('JOB_COMPLETIONS');
    expect(() => parseShard('auto', { JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: '3' })).to.throw('index 3');
    expect(() => parseShard('auto', slurm('4', '1', '9', '3'))).to.throw('without gaps');
    expect(() => parseShard('auto/8', slurm('8', '8', '8', '1'))).to.throw('index 8');
  });
});

describe('the split into shards', () => {
  it('goes by the name alone, and is even', () => {
    const sizes = [0, 0, 0];
    for (let i = 0; i < 3000; i++) sizes[shardOfName(`part-${i}.png`, 3)] += 1;
    for (const size of sizes) expect(size).to.be.within(900, 1100);
    // The first six bytes of sha256("a.png") are 0x7f071235805f, on every machine.
    expect([3, 4, 1000].map((count) => shardOfName('a.png', count))).to.deep.equal([2, 3, 783]);
  });

  it('sees a picture by its name within what the user named, wherever that lies', () => {
    const dir = scratchNow();
    mkdirSync(join(dir, 'in/deep'), { recursive: true });
    writeFileSync(join(dir, 'list.jsonl'), '');
    const names = ['in/a.png', 'in/deep/b.png'].map((name) => join(dir, name));
    for (const name of names) writeFileSync(name, '');
    const relative = (...inputs: string[]) =>
      relativeNames(
        inputs.map((input) => join(dir, input)),
        names,
      );
    expect(relative('in')).to.deep.equal(['a.png', 'deep/b.png']);
    expect(relative('in/')).to.deep.equal(['a.png', 'deep/b.png']);
    expect(relative('in/**/*.png')).to.deep.equal(['a.png', 'deep/b.png']);
    expect(relative('*/**')).to.deep.equal(['in/a.png', 'in/deep/b.png']);
    expect(relative('list.jsonl')).to.deep.equal(['in/a.png', 'in/deep/b.png']);
    expect(relative('in/a.png', 'in/deep/b.png')).to.deep.equal(['a.png', 'deep/b.png']);
  });

  const scratchNow = (
    (dir) => () =>
      dir
  )(scratch());
});
