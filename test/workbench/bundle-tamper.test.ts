import { expect } from 'chai';
import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BundleManifest, ExpectedProbes } from '../../src/config/bundle.js';
import { checkBundleFiles } from '../../src/workbench/bundle/check-files.js';
import { parseManifest } from '../../src/workbench/bundle/manifest.js';
import { checkSignature, trustedKey } from '../../src/workbench/bundle/signature.js';
import { copyOf, exportToyBundle, forgeJson, forgeManifest } from '../support/bundles.js';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

const MANIFEST = 'bundle_manifest.json';
const SIGNATURE = 'bundle_signature.json';
const EXPECTED = 'probes/expected.json';

describe('a bundle that was tampered with', () => {
  const { dir, data, run } = useToyRun();
  const bundle = join(dir, 'bundle');
  const keys = { own: generateKeyPairSync('ed25519'), other: generateKeyPairSync('ed25519') };
  const pem = (name: 'own' | 'other') => keys[name].publicKey.export({ type: 'spki', format: 'pem' }) as string;
  let files: string[] = [];
  let harms = 0;

  before(async () => {
    writeFileSync(join(dir, 'own.pem'), keys.own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    for (const name of ['own', 'other'] as const) writeFileSync(join(dir, `${name}.pub.pem`), pem(name));
    await exportToyBundle(run, data, bundle, '--sign-key', join(dir, 'own.pem'));
    const manifest = JSON.parse(readFileSync(join(bundle, MANIFEST), 'utf8')) as BundleManifest;
    files = [MANIFEST, SIGNATURE, ...manifest.files.map(({ path }) => path)];
  });

  /** Harms a copy, and gives what the check of the files says. */
  async function harmed(harm: (copy: string) => void, trusted: string | null = null) {
    const copy = copyOf(bundle, join(dir, `harmed-${harms++}`));
    harm(copy);
    const { findings } = await checkBundleFiles(copy, trusted);
    if (trusted === null) {
      const verified = await runCli('bundle', 'verify', copy, '--quiet', '--json');
      expect(JSON.parse(verified.stdout)).to.include({ verdict: 'fail' });
      expect(verified.code).to.equal(1);
    }
    rmSync(copy, { recursive: true });
    return findings.map(({ code, path }) => `${code} ${path}`);
  }

  it('is whole before', async () => {
    expect((await checkBundleFiles(bundle, trustedKey(pem('own')))).findings).to.deep.equal([]);
  });

  it('names the file of every byte that is flipped', async () => {
    const copy = copyOf(bundle, join(dir, 'flipped'));
    const place = fc.record({ file: fc.nat(), offset: fc.nat(), bit: fc.nat({ max: 7 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ file, offset, bit }) => {
        const name = files[file % files.length];
        const path = join(copy, name);
        const bytes = readFileSync(path);
        const harmedBytes = Buffer.from(bytes);
        harmedBytes[offset % bytes.length] ^= 1 << bit;
        writeFileSync(path, harmedBytes);
        const { findings } = await checkBundleFiles(copy, null);
        writeFileSync(path, bytes);
        expect(findings.map((finding) => finding.path)).to.include(name);
      }),
      { numRuns: 300 },
    );
    expect((await checkBundleFiles(copy, null)).findings).to.deep.equal([]);
  });

  it('sees every flipped byte of the manifest and of the signature', () => {
    const [manifest, signature] = [MANIFEST, SIGNATURE].map((name) => readFileSync(join(bundle, name)));
    const flipped = (bytes: Buffer, offset: number) => {
      const copy = Buffer.from(bytes);
      copy[offset] ^= 1 << (offset % 8);
      return copy;
    };
    for (let offset = 0; offset < manifest.length; offset++) {
      const { findings } = parseManifest(flipped(manifest, offset).toString('utf8'));
      expect(findings, `manifest, byte ${offset}`).to.have.length(1);
    }
    for (let offset = 0; offset < signature.length; offset++) {
      const findings = checkSignature(manifest, flipped(signature, offset).toString('utf8'), null);
      expect(findings, `signature, byte ${offset}`).to.have.length(1);
    }
  });

  it('names files that are cut, longer, swapped, missing, or too many', async () => {
    const [model] = files.filter((path) => path.startsWith('model/') && path !== 'model/model.json');
    const pictures = ['probes/pictures/000.png', 'probes/pictures/001.png'];
    expect(await harmed((copy) => writeFileSync(join(copy, model), ''))).to.deep.equal([`FILE_ALTERED ${model}`]);
    expect(await harmed((copy) => appendFileSync(join(copy, model), ' '))).to.deep.equal([`FILE_ALTERED ${model}`]);
    const swap = (copy: string) => {
      const [a, b] = pictures.map((path) => join(copy, path));
      renameSync(a, `${copy}.tmp`);
      renameSync(b, a);
      renameSync(`${copy}.tmp`, b);
    };
    expect(await harmed(swap)).to.deep.equal(pictures.map((path) => `FILE_ALTERED ${path}`));
    expect(await harmed((copy) => rmSync(join(copy, model)))).to.deep.equal([`FILE_MISSING ${model}`]);
    const lost = await harmed((copy) => rmSync(join(copy, pictures[0])));
    expect(lost).to.deep.equal([`PROBE_MISSING ${pictures[0]}`]);
    const extra = (copy: string) => {
      mkdirSync(join(copy, 'model/deep'));
      writeFileSync(join(copy, 'model/deep/.hidden'), '');
    };
    expect(await harmed(extra)).to.deep.equal(['FILE_NOT_LISTED model/deep/.hidden']);
    expect(await harmed((copy) => rmSync(join(copy, MANIFEST)))).to.deep.equal(['NOT_A_BUNDLE ']);
    expect((await checkBundleFiles(join(dir, 'nowhere'), null)).findings[0].code).to.equal('NOT_A_BUNDLE');
  });

  it('follows no link, neither of a file nor of a folder', async () => {
    const outside = join(dir, 'outside');
    mkdirSync(outside);
    const linked = (copy: string) => {
      renameSync(join(copy, 'model/model.json'), join(outside, 'model.json'));
      symlinkSync(join(outside, 'model.json'), join(copy, 'model/model.json'));
    };
    expect(await harmed(linked)).to.deep.equal(['FILE_IS_A_LINK model/model.json', 'FILE_MISSING model/model.json']);
    const linkedFolder = (copy: string) => {
      cpSync(join(copy, 'model'), join(outside, 'model'), { recursive: true });
      rmSync(join(copy, 'model'), { recursive: true });
      symlinkSync(join(outside, 'model'), join(copy, 'model'));
    };
    expect(await harmed(linkedFolder)).to.include('FILE_IS_A_LINK model');
    const linkedManifest = (copy: string) => {
      renameSync(join(copy, MANIFEST), join(outside, MANIFEST));
      symlinkSync(join(outside, MANIFEST), join(copy, MANIFEST));
    };
    expect(await harmed(linkedManifest)).to.deep.equal([`FILE_IS_A_LINK ${MANIFEST}`]);
  });

  it('may itself be reached by a link', async () => {
    symlinkSync(bundle, join(dir, 'current'));
    expect((await checkBundleFiles(join(dir, 'current'), null)).findings).to.deep.equal([]);
  });

  for (const path of [
    ...[
      '../outside.txt',
      '/etc/hostname',
      'model/../../x',
      'C:\\x',
      'model\\x',
      './model/model.json',
      'model//x',
      'a/.',
    ],
  ]) {
    it(`does not look at ${JSON.stringify(path)}, though its manifest was forged with care`, async () => {
      const found = await harmed((copy) => {
        rmSync(join(copy, SIGNATURE));
        forgeManifest(copy, ({ files: listed }) => (listed[0].path = path));
      });
      expect(found).to.deep.equal([`MANIFEST_UNREADABLE ${MANIFEST}`]);
    });
  }

  it('names a path that is listed twice, also in other letters', async () => {
    const found = await harmed((copy) => {
      rmSync(join(copy, SIGNATURE));
      forgeManifest(copy, ({ files: listed }) => listed.push({ ...listed[0], path: listed[0].path.toUpperCase() }));
    });
    expect(found).to.deep.equal([`MANIFEST_UNREADABLE ${MANIFEST}`]);
  });

  it('refuses other versions with one sentence, and opens those of other patch versions of imgano', async () => {
    for (const [version, words] of [
      ['1.1', 'update imgano'],
      ['2.0', 'update imgano'],
      ['0.9', 'export it again'],
      ['one', 'expected a schema_version such as "1.0"'],
    ]) {
      const copy = copyOf(bundle, join(dir, `version-${version}`));
      forgeManifest(copy, (manifest) => Object.assign(manifest, { schema_version: version, new_key: 1 }));
      const { findings } = await checkBundleFiles(copy, null);
      expect(findings).to.have.length(1);
      expect(findings[0]).to.include({ code: 'SCHEMA_VERSION', path: MANIFEST });
      expect(findings[0].message).to.contain(words);
    }
    const older = copyOf(bundle, join(dir, 'patch'));
    rmSync(join(older, SIGNATURE));
    forgeManifest(older, (manifest) => {
      manifest.imgano_version = '0.4.9';
      manifest.exported_on = { ...manifest.exported_on, imgano: '0.4.9' };
    });
    const { code, stdout } = await runCli('bundle', 'verify', older, '--quiet', '--json');
    expect(JSON.parse(stdout).tolerance.class).to.equal('f32');
    expect(code).to.equal(0);
  });

  describe('signed', () => {
    const verify = (copy: string, key: string) =>
      runCli('bundle', 'verify', copy, '--public-key', join(dir, key), '--quiet', '--json');

    it('passes with its key alone', async () => {
      const good = await verify(bundle, 'own.pub.pem');
      expect(JSON.parse(good.stdout)).to.include({ verdict: 'pass' });
      expect(JSON.parse(good.stdout).signed_by).to.match(/^[0-9a-f]{64}$/);
      const other = await verify(bundle, 'other.pub.pem');
      expect(other.code).to.equal(1);
      expect(JSON.parse(other.stdout).findings[0].message).to.match(
        /signed with the key [0-9a-f]{16}, not with [0-9a-f]{16}/,
      );
    });

    it('fails without a signature, and with one of another manifest', async () => {
      const own = trustedKey(pem('own'));
      expect(await harmed((copy) => rmSync(join(copy, SIGNATURE)), own)).to.deep.equal([
        `SIGNATURE_MISSING ${SIGNATURE}`,
      ]);
      const forged = (copy: string) => forgeManifest(copy, (manifest) => (manifest.threshold = 1e9));
      for (const trusted of [own, null]) {
        expect(await harmed(forged, trusted)).to.deep.equal([`SIGNATURE_INVALID ${SIGNATURE}`]);
      }
    });

    it('tells a wrong key from a missing one, with the flag', async () => {
      for (const [key, words] of [
        ['own.pem', 'got a private key'],
        ['nowhere.pem', 'cannot be read'],
        ['bundle/infer_config.json', 'the file holds no such key'],
      ]) {
        const { code, stderr } = await verify(bundle, key);
        expect(stderr)
          .to.match(/^error: .*\n$/)
          .and.to.contain(words);
        expect(code).to.equal(2);
      }
      writeFileSync(
        join(dir, 'rsa.pem'),
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      );
      const signed = [
        'bundle',
        'export',
        run,
        '--out',
        join(dir, 'rsa'),
        '--sign-key',
        join(dir, 'rsa.pem'),
        '--quiet',
      ];
      expect((await runCli(...signed)).stderr).to.contain('got a key of type rsa');
    });
  });

  describe('replayed with other expectations', () => {
    type Probe = ExpectedProbes['probes'][number];
    const numbers = (values: number[]) => values.splice(0, values.length, ...values.map((value) => 1.01 * value + 1));
    const other = '0'.repeat(64);
    const changes: Record<string, (probe: Probe) => void> = {
      decode: (probe) => (probe.decode.sha256 = other),
      preprocess: ({ preprocess: [first] }) => (numbers(first.samples), (first.sha256 = other)),
      model: ({ model }) => (model.score *= 1.01),
      map: ({ map }) => (map!.max *= 1.01) && (map!.sha256 = other),
      mask: (probe) => (probe.mask!.sha256 = other),
      regions: ({ regions }) => (regions![0].area = 1),
    };
    for (const [stage, change] of Object.entries(changes)) {
      for (const tolerance of ['exact', 'cross']) {
        // A mask whose pixels are the same is the same, whatever its hash says: only to the bit does that matter.
        if (stage === 'mask' && tolerance === 'cross') continue;
        it(`says that "${stage}" diverges first (${tolerance})`, async () => {
          const copy = copyOf(bundle, join(dir, `diverging-${stage}-${tolerance}`));
          rmSync(join(copy, SIGNATURE));
          forgeJson<{ probes: Probe[] }>(copy, EXPECTED, ({ probes }) => change(probes[0]));
          const { code, stdout } = await runCli(
            'bundle',
            'verify',
            copy,
            '--tolerance',
            tolerance,
            '--quiet',
            '--json',
          );
          const report = JSON.parse(stdout);
          expect(report.first_divergence).to.include({ stage, picture: 'probes/pictures/000.png' });
          expect(report.findings[0].code).to.equal('DIVERGED');
          expect(code).to.equal(1);
          const text = await runCli('bundle', 'verify', copy, '--tolerance', tolerance, '--quiet');
          expect(text.stdout).to.match(new RegExp(`^FAIL .*\\n.*DIVERGED .*diverges first at "${stage}"`));
        });
      }
    }

    it('lets values within the tolerance pass where bits need not be equal', async () => {
      const copy = copyOf(bundle, join(dir, 'near'));
      rmSync(join(copy, SIGNATURE));
      forgeJson<{ probes: Probe[] }>(copy, EXPECTED, ({ probes }) => {
        for (const { model, map } of probes) {
          model.score *= 1.0005;
          map!.max *= 1.0005;
          map!.sha256 = other;
        }
      });
      expect((await runCli('bundle', 'verify', copy, '--tolerance', 'cross', '--quiet')).code).to.equal(0);
      expect((await runCli('bundle', 'verify', copy, '--tolerance', 'f32', '--quiet')).code).to.equal(1);
    });

    it('names a probe that the manifest no longer lists', async () => {
      const copy = copyOf(bundle, join(dir, 'unlisted'));
      rmSync(join(copy, SIGNATURE));
      const path = 'probes/pictures/002.png';
      rmSync(join(copy, path));
      forgeManifest(copy, (manifest) => (manifest.files = manifest.files.filter((file) => file.path !== path)));
      const { code, stdout } = await runCli('bundle', 'verify', copy, '--quiet', '--json');
      expect(JSON.parse(stdout).findings[0]).to.include({ code: 'PROBE_MISSING' });
      expect(JSON.parse(stdout).findings[0].message).to.contain(path);
      expect(code).to.equal(1);
      expect(statSync(bundle).isDirectory()).to.equal(true);
    });
  });
});
