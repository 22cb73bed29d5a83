import type { PictureSource } from '../../data/picture.js';
import { ImganoError } from '../../errors.js';
import type { OpenedRun } from '../../inference/open-run.js';
import type { Progress } from '../../runtime/progress.js';
import { median } from './median.js';
import { outputDigest } from './output-digest.js';

/** One way to go through the pictures. */
export interface Variant {
  readonly batch_size: number | 'auto';
  readonly workers: number;
}

export interface VariantSpeed extends Variant {
  /** The median of the rounds; the lowest and the highest beside it. */
  readonly pictures_per_second: number;
  readonly lowest: number;
  readonly highest: number;
  /** How many times as fast as the first variant: the median of the ratios within the rounds. */
  readonly gain: number;
}

export interface SweepOptions {
  /** The first is what the others are measured by. */
  readonly variants: readonly Variant[];
  readonly rounds: number;
  /** Pictures of one timing. */
  readonly pictures: number;
  /** Pictures of which all variants have to give the same bytes. */
  readonly compared: number;
  readonly progress: Progress;
  readonly check: () => void;
}

/**
 * Times all variants in turn, round by round, so that whatever slows the machine down slows all of them. Before that every variant goes
 * through some pictures, which warms it up; what they give must be the same bytes.
 *
 * @throws ImganoError when a variant gives other bytes than the first
 */
export async function sweepSpeeds(
  run: OpenedRun,
  sources: readonly PictureSource[],
  { variants, rounds, pictures, compared, progress, check }: SweepOptions,
): Promise<VariantSpeed[]> {
  progress.start('benchmark', (rounds + 1) * variants.length);
  let done = 0;
  let expected = '';
  for (const variant of variants) {
    check();
    const all = { maps: run.info.givesMaps, ...options(variant) };
    const digest = await outputDigest(run.inspectAll(repeated(sources, compared), all));
    expected ||= digest;
    if (digest !== expected) {
      throw new ImganoError(
        `${told(variant)} gives other bytes than ${told(variants[0])}; do not use it here, and report this, please`,
      );
    }
    progress.update(++done);
  }
  const rates = variants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      check();
      const v = (turn + round) % variants.length;
      const started = performance.now();
      for await (const _record of run.inspect(repeated(sources, pictures), options(variants[v])));
      rates[v].push((1000 * pictures) / (performance.now() - started));
      progress.update(++done);
    }
  }
  progress.stop();
  return variants.map((variant, v) => ({
    ...variant,
    pictures_per_second: median(rates[v]),
    lowest: Math.min(...rates[v]),
    highest: Math.max(...rates[v]),
    gain: median(rates[v].map((rate, round) => rate / rates[0][round])),
  }));
}

function options({ batch_size, workers }: Variant) {
  return { batchSize: batch_size, workers };
}

function told({ batch_size, workers }: Variant): string {
  return `--batch-size ${batch_size} --num-workers ${workers}`;
}

function repeated(sources: readonly PictureSource[], count: number): PictureSource[] {
  return Array.from({ length: count }, (_, i) => sources[i % sources.length]);
}
