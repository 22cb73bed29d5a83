import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { toyPicture } from '../support/toy-pictures.js';
import { scratch } from '../support/toy-run.js';

const KWARGS = '{"backbone":{"name":"filterbank"},"resize":{"mode":"scale","factor":1,"multiple":8},"max_bank":400}';

interface Document {
  readonly adaptation: { tiling?: Record<string, unknown> | null };
  readonly calibration_scores: number[];
}
interface Line {
  readonly score: number;
  readonly postprocess_summary: Record<string, unknown>;
  readonly defects: { regions: { bbox_xyxy: number[] }[] };
}

describe('tiles from training to records', () => {
  const dir = scratch();
  const good = join(dir, 'good');
  const bad = join(dir, 'bad.png');
  const tiles = ['--tile-size', '48', '--tile-overlap', '16', '--tile-halo', '8', '--tile-map-reduce', 'own'];
  const train = (out: string, ...extra: string[]) =>
    runCli(
      ...['train', '--model', 'vision_patchcore', '--train', good, '--out', join(dir, out), '--quiet'],
      ...['--model-kwargs', KWARGS, '--defects', '--pixel-normal-quantile', '1', ...extra],
    );
  const infer = async (run: string, out: string, ...extra: string[]) => {
    const file = join(dir, out);
    const outcome = await runCli(
      ...['infer', '--infer-config', join(dir, run), '--input', bad, '--input', good, '--save-jsonl', file, ...extra],
    );
    expect(outcome.code, outcome.stderr).to.equal(0);
    const text = readFileSync(file, 'utf8');
    return {
      ...outcome,
      text,
      lines: text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
    };
  };
  const configOf = (run: string) => JSON.parse(readFileSync(join(dir, run, 'infer_config.json'), 'utf8')) as Document;

  before(async () => {
    mkdirSync(good);
    const write = async (path: string, seed: number, size: object) => {
      const picture = toyPicture(seed, size);
      writeFileSync(path, await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array }));
    };
    // Of several sizes, one of them no larger than a tile.
    const sizes = [
      { width: 112, height: 80 },
      { width: 80, height: 112 },
      { width: 48, height: 40 },
    ];
    for (let i = 0; i < 9; i++) await write(join(good, `${i}.png`), i, sizes[i % 3]);
    await write(bad, 99, { width: 112, height: 80, defect: 14 });
    const outcome = await train('tiled', ...tiles);
    expect(outcome.code, outcome.stderr).to.equal(0);
  });

  it('are part of the config, which says nothing of them otherwise', async () => {
    expect(configOf('tiled').adaptation.tiling).to.deep.equal({
      ...{ tile_size: 48, stride: null, overlap: 16, halo: 8 },
      ...{ score_reduce: 'max', score_topk: 0.1, map_reduce: 'own' },
    });
    const whole = await train('whole');
    expect(whole.code, whole.stderr).to.equal(0);
    expect(configOf('whole').adaptation).not.to.have.property('tiling');
  });

  it('need no flag at inference, and give the same bytes for any batch size and number of workers', async () => {
    const plain = await infer('tiled', 'plain.jsonl', '--quiet');
    expect(plain.stderr).to.equal('');
    expect(plain.lines[0].postprocess_summary).to.deep.include({
      has_tiling: true,
      tiling_summary: {
        ...{ tile_size: 48, stride: 32, halo: 8, score_reduce: 'max', score_topk: 0.1, map_reduce: 'own' },
      },
    });
    const [x1, y1, x2, y2] = plain.lines[0].defects.regions[0].bbox_xyxy;
    expect([x1, y1]).to.satisfy(([x, y]: number[]) => x < 26 && y < 20);
    expect([x2, y2]).to.satisfy(([x, y]: number[]) => x > 26 && y > 18);
    const fast = await infer('tiled', 'fast.jsonl', '--batch-size', '4');
    expect(fast.text).to.equal(plain.text);
  });

  it('laid over a run by a flag are told of', async () => {
    const changed = await infer('tiled', 'changed.jsonl', '--tile-stride', '20');
    expect(changed.stderr).to.match(/thresholds were calibrated with other tiles/);
    expect(changed.lines[0].postprocess_summary.tiling_summary).to.deep.include({ tile_size: 48, stride: 20 });
    const same = await infer('tiled', 'same.jsonl', '--tile-size', '48');
    expect(same.stderr).not.to.match(/calibrated/);
  });

  it('that make no sense are refused in one sentence', async () => {
    const of = async (...flags: string[]) =>
      (await runCli('infer', '--infer-config', join(dir, 'tiled'), '--input', bad, '--quiet', ...flags)).stderr.trim();
    expect(await of('--tile-stride', '64')).to.match(/tiling\.stride: expected at most the tile_size of 48, got 64/);
    expect(await of('--tile-overlap', '48')).to.match(
      /tiling\.overlap: expected less than the tile_size of 48, got 48/,
    );
    expect(await of('--tile-stride', '1', '--tile-overlap', '2')).to.equal(
      'error: --tile-overlap does not go with --tile-stride; give one of them',
    );
    expect(await of('--tile-map-reduce', 'median')).to.match(/--tile-map-reduce: expected/);
    expect((await train('none', '--tile-halo', '4')).stderr).to.match(/tiling\.halo: says nothing without a tile_size/);
  });
});
