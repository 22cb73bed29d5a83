import { expect } from 'chai';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BundleManifest } from '../../src/config/bundle.js';
import { exportToyBundle } from '../support/bundles.js';
import { runCli } from '../support/cli.js';
import { addEntry, SMALL_ID, writeSmallCheckpoint } from '../support/small-network.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

// External weights of two kinds: an entry that the package has (without a hash, so that the user pins it), and one that it has not.
describe('bundles and external weights', () => {
  const dir = scratch();
  const data = join(dir, 'data');
  const weights = join(dir, 'weights');

  before(async () => {
    await writeToyDataset(data);
    const known = join(weights, SMALL_ID);
    mkdirSync(known, { recursive: true });
    await writeSmallCheckpoint(join(known, 'model.safetensors'));
    const entryPath = resolve(import.meta.dirname, `../../weights-manifest/${SMALL_ID}.json`);
    const entry = JSON.parse(readFileSync(entryPath, 'utf8')) as { id: string };
    addEntry(weights, { ...entry, id: 'our_own_net' });
    mkdirSync(join(weights, 'our_own_net'));
    await writeSmallCheckpoint(join(weights, 'our_own_net/model.safetensors'));
    for (const id of [SMALL_ID, 'our_own_net']) {
      const path = join(weights, id, 'model.safetensors');
      const refused = await runCli('weights', 'path', id, '--weights', weights);
      writeFileSync(`${path}.sha256`, /writing ([0-9a-f]{64})/.exec(refused.stderr)![1]);
    }
  });

  for (const id of [SMALL_ID, 'our_own_net']) {
    it(`${id}: copied ones need nothing on the machine, others are named and looked for`, async () => {
      const run = join(dir, `run-${id}`);
      const kwargs = {
        backbone: { name: 'torch', weights: id, layers: ['features.2'] },
        resize: { mode: 'stretch', size: { height: 64, width: 64 } },
        max_bank: 40,
      };
      const train = ['train', '--model', 'vision_patchcore', '--train', data, '--out', run, '--quiet'];
      const trained = await runCli(...train, '--model-kwargs', JSON.stringify(kwargs), '--weights', weights);
      expect(trained.stderr).to.equal('');
      const copied = await exportToyBundle(
        run,
        data,
        join(dir, `copied-${id}`),
        '--weights-copy',
        '--weights',
        weights,
      );
      const named = await exportToyBundle(
        run,
        data,
        join(dir, `named-${id}`),
        '--weights-reference',
        '--weights',
        weights,
      );
      const { weights: listed } = JSON.parse(
        readFileSync(join(copied, 'bundle_manifest.json'), 'utf8'),
      ) as BundleManifest;
      expect(listed).to.have.length(1);
      expect(listed[0]).to.include({ id, license: 'Apache-2.0', included: true });
      expect(existsSync(join(named, 'weights'))).to.equal(false);

      const pass = ['--quiet', '--weights', weights];
      for (const [bundle, flags] of [
        [copied, pass],
        [named, pass],
      ] as const) {
        expect((await runCli('bundle', 'verify', bundle, ...flags)).stdout).to.match(/^PASS/);
      }
      // A machine that has no weights.
      const hidden = `${weights}-hidden`;
      renameSync(weights, hidden);
      try {
        expect((await runCli('bundle', 'verify', copied, '--quiet')).stdout).to.match(/^PASS/);
        const ran = await runCli('bundle', 'run', copied, '--input', join(data, 'test/good'), '--quiet');
        expect(ran.stderr).to.equal('');
        const lacking = await runCli('bundle', 'verify', named, '--quiet');
        expect(lacking.stdout).to.match(new RegExp(`^FAIL .*\\n  WEIGHTS: weights "${id}" were not found`));
        expect(lacking.code).to.equal(1);
      } finally {
        renameSync(hidden, weights);
      }
      appendFileSync(join(copied, 'weights', id, 'model.safetensors'), 'x');
      const altered = await runCli('bundle', 'verify', copied, '--quiet');
      expect(altered.stdout).to.contain(`FILE_ALTERED weights/${id}/model.safetensors`);
    });
  }
});
