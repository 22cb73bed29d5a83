import { Command, Option } from 'clipanion';
import { decode, oneOf, PositiveInteger, NonNegativeInteger, Unit } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';
import { BaseCommand } from '../base-command.js';
import { parseNumber } from '../parse.js';
import { printReport } from '../report.js';

const Blends = oneOf(['alpha', 'seamless', 'mixed']);

export class SynthesizeCommand extends BaseCommand {
  static override paths = [['synthesize']];
  static override usage = Command.Usage({
    category: 'Train',
    description: 'make a data set with made-up defects and their masks from good pictures',
    details: `
      Writes train/good, test/good, test/PRESET and ground_truth/PRESET with a manifest.jsonl. No picture is in two of them. Presets
      are mixed by weights, as in \`scratch:3,stain,pit:0.5\`; \`all\` is every preset. Equal flags give equal bytes.
    `,
    examples: [
      ['Scratches and stains', 'imgano synthesize --input good/ --out made/ --presets scratch:2,stain'],
      [
        'Real defects from a folder',
        'imgano synthesize --input good/ --out made/ --defect-bank defects/ --presets bank --blend seamless',
      ],
      ['A look first', 'imgano synthesize --input good/ --out made/ --presets all --preview sheet.png'],
    ],
  });
  input = Option.String('--input', {
    required: true,
    description: 'good pictures: a folder, the layout of MVTec AD, or a manifest',
  });
  out = Option.String('--out', { required: true, description: 'an empty or new folder' });
  presets = Option.String('--presets', {
    description: 'names with weights, or all; default scratch, or bank with a bank',
  });
  bank = Option.String('--defect-bank', { description: 'a folder of pictures of real defects, with masks or alpha' });
  blend = Option.String('--blend', 'alpha', { description: 'alpha, seamless or mixed' });
  alpha = Option.String('--alpha', { description: 'opacity at severity 1; default 0.9' });
  severity = Option.String('--severity', { description: 'above 0 to 1, or a range as in 0.3-1; default 1' });
  numDefects = Option.String('--num-defects', { description: 'defects a picture, or a range as in 1-3; default 1' });
  roi = Option.String('--roi-mask', { description: 'a mask of where defects may be' });
  tries = Option.String('--max-tries', { description: 'draws of a defect until it can be seen; default 5' });
  train = Option.String('--n-train', { description: 'good pictures to train; default all that are left' });
  testNormal = Option.String('--n-test-normal', { description: 'good pictures for the test; default a fifth' });
  testAnomaly = Option.String('--n-test-anomaly', { description: 'pictures with defects; default a fifth' });
  category = Option.String('--category', { description: 'what the manifest calls it; default the name of --out' });
  seed = Option.String('--seed', { description: 'whole number; default 0' });
  preview = Option.String('--preview', {
    description: 'a PNG with the first pictures and the outlines of their masks',
  });
  previewN = Option.String('--preview-n', { description: 'default 16' });
  previewCols = Option.String('--preview-cols', { description: 'default 4' });

  protected async run(signal: AbortSignal): Promise<void> {
    const { input, out, bank, roi, category, preview } = this;
    const whole = (flag: string, text: string | undefined, type = NonNegativeInteger) => {
      const value = parseNumber(flag, text);
      return value === undefined ? undefined : decode(type, value, flag);
    };
    const options = {
      input,
      out,
      bank,
      roi,
      category,
      presets: this.presets ?? (bank === undefined ? 'scratch' : 'bank'),
      blend: decode(Blends, this.blend, '--blend'),
      alpha: decode(Unit, parseNumber('--alpha', this.alpha) ?? 0.9, '--alpha'),
      severity: parseRange(
        '--severity',
        this.severity ?? '1',
        'a number above 0 and at most 1',
        (n) => n > 0 && n <= 1,
      ),
      defects: parseRange(
        '--num-defects',
        this.numDefects ?? '1',
        'a whole number of 1 or more',
        (n) => Number.isInteger(n) && n >= 1,
      ),
      tries: whole('--max-tries', this.tries, PositiveInteger) ?? 5,
      counts: {
        train: whole('--n-train', this.train),
        testGood: whole('--n-test-normal', this.testNormal),
        testAnomaly: whole('--n-test-anomaly', this.testAnomaly),
      },
      seed: parseNumber('--seed', this.seed) ?? 0,
      preview:
        preview === undefined
          ? undefined
          : {
              path: preview,
              count: whole('--preview-n', this.previewN, PositiveInteger) ?? 16,
              columns: whole('--preview-cols', this.previewCols, PositiveInteger) ?? 4,
            },
    };
    const { synthesizeDataset } = await import('../../workbench/synthesize/synthesize-dataset.js');
    const report = await synthesizeDataset({ ...options, progress: await this.progress(), signal });
    printReport(this.context.stdout, this.json, report, () => ({
      columns: ['data set', report.out],
      rows: [
        ['train/good', report.train],
        ['test/good', report.test_good],
        ...Object.entries(report.test_anomaly).map(([preset, count]): [string, number] => [`test/${preset}`, count]),
        ...(report.preview === null ? [] : [['preview', report.preview] as [string, string]]),
      ],
    }));
  }
}

/** One number, or two with a dash between them, the smaller first. */
function parseRange(
  flag: string,
  text: string,
  wanted: string,
  test: (n: number) => boolean,
): readonly [number, number] {
  const [low, high = low, ...rest] = text.split('-').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (rest.length === 0 && test(low) && test(high) && low <= high) return [low, high];
  throw new ConfigError(`${flag}: expected ${wanted}, or a range of them with a dash between, got "${text}"`);
}
