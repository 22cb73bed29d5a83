import { expect } from 'chai';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_CODES, type Finding } from '../../src/config/finding.js';
import { runCli } from '../support/cli.js';
import { runModule } from '../support/child.js';
import { inferConfig } from '../support/infer-config.js';
import { useToyRun } from '../support/toy-run.js';

type Json = Record<string, unknown>;

describe('imgano validate-infer-config', () => {
  const { dir, run } = useToyRun();
  const seen = new Set<string>();
  let copies = 0;
  /** A copy of the run whose folder has a name that is hard on command lines, with its config changed. */
  const changed = (change: (config: Json, folder: string) => void): string => {
    const folder = join(dir, `- Prüfstand ${++copies} 部件`);
    cpSync(run, folder, { recursive: true });
    const path = join(folder, 'infer_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Json;
    change(config, folder);
    writeFileSync(path, JSON.stringify(config));
    return folder;
  };
  const validate = async (path: string, ...flags: string[]) => {
    const { code, stdout } = await runCli('validate-infer-config', '--json', ...flags, '--', path);
    const report = JSON.parse(stdout) as { findings: Finding[]; valid: boolean; passed: boolean };
    report.findings.forEach(({ code: name }) => seen.add(name));
    return { code, report, codes: report.findings.map(({ code: name }) => name) };
  };

  it('finds nothing wrong with a run as it was trained', async () => {
    const { code, stdout, stderr } = await runCli('validate-infer-config', run, '--strict');
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^ok: model=vision_pixel_gaussian_map category=none schema_version=2 semantics=2 checkpoint=model trust=complete\n/,
    );
  });

  it('tells errors on the standard error with place and code, and ends with 1', async () => {
    const path = changed((config) => (config.treshold = 1));
    const { code, stdout, stderr } = await runCli('validate-infer-config', '--', path);
    expect(code).to.equal(1);
    expect(stdout).to.equal('failed: 1 errors, 0 warnings\n');
    expect(stderr).to.match(
      /^error: .*infer_config.json: treshold: unknown key \(did you mean "threshold"\?\); .* \[UNKNOWN_KEY\]\n$/,
    );
  });

  it('lets warnings pass, unless it is strict', async () => {
    const path = changed((config) => (config.threshold = 99));
    expect((await validate(path)).code).to.equal(0);
    expect((await validate(path, '--strict')).report).to.include({ valid: true, passed: false });
    expect((await runCli('validate-infer-config', '--strict', '--', path)).code).to.equal(1);
  });

  it('has each finding', async () => {
    const place = (name: string) => join(dir, name);
    const write = (name: string, content: unknown) => {
      writeFileSync(place(name), typeof content === 'string' ? content : JSON.stringify(content));
      return place(name);
    };
    const only = async (path: string, ...codes: string[]) => {
      const { codes: found } = await validate(path);
      expect(found, path).to.include.members(codes);
    };
    await only(place('nothing-here.json'), 'FILE_NOT_READABLE');
    await only(write('cut.json', '{"schema_version": 2,'), 'INVALID_JSON');
    for (const { document } of JSON.parse(
      readFileSync(join(import.meta.dirname, '../fixtures/invalid-infer-configs.json'), 'utf8'),
    ) as { document: unknown }[]) {
      await validate(write('one.json', document), '--no-check-files');
    }
    await only(
      changed((_, folder) => rmSync(join(folder, 'model/model.json'))),
      'FILE_MISSING',
    );
    await only(
      changed((_, folder) => appendFileSync(join(folder, 'model/model.json'), ' ')),
      'FILE_ALTERED',
    );
    await only(
      changed((config) => ((config.defects as Json).roi_mask_path = 'roi.png')),
      'ROI_MASK_UNREADABLE',
    );
    await only(
      changed((config) => ((config.defects as Json).border_ignore_px = 3)),
      'PIXEL_CONTROLS_CHANGED',
    );
    await only(
      changed(
        (config) =>
          (config.artifact_quality = {
            status: 'audited',
            threshold_scope: 'image',
            audit_refs: { card: 'card.json' },
          }),
      ),
      'REFERENCED_FILE_MISSING',
    );
    const weights = { id: 'nobody-has-this', files: [{ sha256: 'a'.repeat(64), bytes: 1 }] };
    await only(
      changed((config) => ((config.model as Json).weights = [weights])),
      'WEIGHTS_ALTERED',
    );
    const absent = { id: 'dinov2_vitb14', files: [{ sha256: 'a'.repeat(64), bytes: 1 }] };
    await only(
      changed((config) => ((config.model as Json).weights = [absent])),
      'WEIGHTS_MISSING',
    );
    const reference = { name: 'vision_ref_patch_distance_map' };
    await only(
      write('references.json', inferConfig({ model: reference, checkpoint: null, reference_dir: 'golden' })),
      'REFERENCES_MISSING',
    );
    const stretch = { mode: 'stretch', size: { height: 100, width: 64 } };
    const sized = { name: 'vision_patchcore', model_kwargs: { resize: stretch } };
    await only(write('sizes.json', inferConfig({ model: sized })), 'SIZE_NOT_A_MULTIPLE');
    const scores = { name: 'vision_patchcore_lite' };
    await only(write('maps.json', inferConfig({ model: scores, adaptation: { save_maps: true } })), 'MAPS_NEEDED');
    await only(write('learned.json', inferConfig({ checkpoint: null })), 'CHECKPOINT_NEEDED');
    mkdirSync(place('old'));
    writeFileSync(place('old/model.pt'), 'x');
    const old = (path: string) => ({ schema_version: 1, model: { name: 'vision_padim' }, checkpoint: { path } });
    await only(write('old/infer_config.json', old('model.pt')), 'PYTHON_CHECKPOINT');
    await only(write('old/gone.json', old('weights/model.pt')), 'CHECKPOINT_MISSING');
    await only(
      changed((config) => Object.assign(config, { schema_version: 1, checkpoint: { path: 'model' } })),
      'CHECKPOINT_UNVERIFIED',
    );
    expect(FINDING_CODES.filter((code) => !seen.has(code))).to.deep.equal([]);
  });

  it('explains every code in the docs', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/infer-config.md'), 'utf8');
    expect(FINDING_CODES.filter((code) => !page.includes(`\`${code}\``))).to.deep.equal([]);
  });

  it('ends with 2 when the command itself is wrong', async () => {
    const { code } = await runCli('validate-infer-config', run, '--stric').catch(() => ({ code: 1 }));
    expect(code).to.be.greaterThan(0);
  });

  it('loads no TensorFlow.js', async () => {
    const { stdout, stderr } = await runModule(
      `const { validateInferConfig } = await import('./src/workbench/validate/validate-infer-config.ts');
       const { valid } = await validateInferConfig(${JSON.stringify(run)});
       const before = '_tfengine' in globalThis;
       await import('./src/runtime/tf.ts');
       console.log(valid, before, '_tfengine' in globalThis);`,
    );
    expect(stdout, stderr).to.equal('true false true\n');
  });
});
