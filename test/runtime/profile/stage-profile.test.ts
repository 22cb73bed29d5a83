import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DurationHistogram } from '../../../src/runtime/profile/duration-histogram.js';
import { StageProfile } from '../../../src/runtime/profile/stage-profile.js';
import { TraceWriter } from '../../../src/runtime/profile/trace-writer.js';
import { Random } from '../../../src/runtime/random.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../../support/backends.js';
import { scratch } from '../../support/toy-run.js';

describe('a histogram of durations', () => {
  it('gives quantiles within 1 % of sorting', () => {
    const random = new Random(5);
    const all = Array.from({ length: 5000 }, () => Math.exp(random.normal() * 2));
    const histogram = new DurationHistogram();
    all.forEach((ms) => histogram.add(ms));
    all.sort((a, b) => a - b);
    const summary = histogram.summary();
    expect(summary.p50_ms / all[2499]).to.be.within(0.999, 1.011);
    expect(summary.p95_ms / all[4749]).to.be.within(0.999, 1.011);
    expect(summary.max_ms).to.be.closeTo(all[4999], 1e-3);
    expect(summary.count).to.equal(5000);
    expect(summary.total_ms).to.be.closeTo(
      all.reduce((a, b) => a + b, 0),
      1e-2,
    );
  });

  it('has zeros for nothing', () => {
    expect(new DurationHistogram().summary()).to.deep.equal({ count: 0, total_ms: 0, p50_ms: 0, p95_ms: 0, max_ms: 0 });
  });
});

onSynchronousBackends('a profile', () => {
  const dir = scratch();

  it(
    'counts bytes read back once, whichever way, and gives the backend back as it was',
    leavesNoTensors(async () => {
      const backend = tf.backend() as unknown as Record<string, unknown>;
      const [read, readSync] = [backend.read, backend.readSync];
      const profile = new StageProfile();
      const x = tf.tidy(() => tf.ones([10, 10]).add(1));
      await profile.time('model', 2, () => x.data());
      x.dispose();
      const y = tf.tidy(() => tf.ones([5]).add(1));
      y.dataSync();
      y.dispose();
      profile.stop();
      const report = profile.report();
      expect(report.read_back_bytes).to.equal(420);
      expect(report.stages.model.count).to.equal(2);
      expect(report.peak_tensors).to.be.at.least(1);
      expect([backend.read, backend.readSync]).to.deep.equal([read, readSync]);
    }),
  );

  it('writes a trace that is JSON, also when work fails', async () => {
    const path = join(dir, 'trace.json');
    const writer = new TraceWriter(path);
    const profile = new StageProfile(writer);
    profile.add('load', 3);
    await profile.time('save', 1, () => Promise.reject(new Error('no'))).catch(() => undefined);
    profile.stop();
    writer.close();
    const events = JSON.parse(readFileSync(path, 'utf8')) as { ph: string; name: string; dur?: number }[];
    expect(events.filter(({ ph }) => ph === 'X').map(({ name }) => name)).to.deep.equal(['load', 'save']);
    expect(events.find(({ name }) => name === 'load')!.dur).to.equal(3000);
  });
});
