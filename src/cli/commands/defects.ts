import { Command, Option } from 'clipanion';
import { DefectsFlags } from '../defects-flags.js';
import { printReport } from '../report.js';

export class DefectsCommand extends DefectsFlags {
  static override paths = [['defects']];
  static override usage = Command.Usage({
    category: 'Inspect',
    description: 'find defect regions in saved anomaly maps, without a model',
    details: `
      Runs the defects stages of a config on maps that were saved earlier (\`.npy\`, 16-bit or float TIFF, PNG); the regions
      equal those of \`imgano infer\`. The config is an \`infer_config.json\`, or a file with a \`defects\` section alone;
      with \`schema_version\` 2 it runs as this package does, with 1 or none as the Python system did.
    `,
    examples: [
      [
        'Other controls on the maps of a run',
        'imgano infer --infer-config runs/part-a --input pictures/ --include-maps --save-maps maps/ --save-jsonl out.jsonl',
      ],
      [
        'then',
        'imgano defects --input maps/ --infer-config runs/part-a/infer_config.json --defects-preset industrial-defects-fp40-v2 --save-jsonl again.jsonl',
      ],
    ],
  });
  input = Option.String('--input', { required: true, description: 'a map (.npy, .tif, .png), or a folder of them' });
  inferConfig = Option.String('--infer-config', {
    required: true,
    description: 'a file with a "defects" section, for example an infer_config.json',
  });
  jsonl = Option.String('--save-jsonl', { required: true, description: 'where the records go' });
  regions = Option.String('--defects-regions-jsonl', { description: 'a second file with the regions alone' });
  masks = Option.String('--save-masks', { description: 'folder for the masks' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });

  protected async run(signal: AbortSignal): Promise<void> {
    const progress = await this.progress();
    const defects = await this.runOverrides((line) => progress.warn(line));
    const [{ findDefectsInMaps }, { JsonlFile }] = await Promise.all([
      import('../../inference/maps/find-defects-in-maps.js'),
      import('../../inference/sinks/jsonl.js'),
    ]);
    const { input, inferConfig, masks, backend, jsonl, regions } = this;
    const report = await findDefectsInMaps({
      ...{ input, config: inferConfig, defects, masks, backend, signal, progress },
      sink: () => new JsonlFile(jsonl),
      regions: regions === undefined ? undefined : () => new JsonlFile(regions),
    });
    printReport(this.context.stdout, this.json, report, () => ({
      columns: ['maps', String(report.maps)],
      rows: [
        ['with regions', String(report.maps_with_regions)],
        ['regions', String(report.regions)],
        ['pixel threshold', report.pixel_threshold.toPrecision(6)],
        ['semantics', String(report.semantics)],
      ],
    }));
  }
}
