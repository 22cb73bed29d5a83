import { Command, Option } from 'clipanion';
import { decode, oneOf } from '../../config/codec.js';
import type { VerifyReport } from '../../workbench/bundle/verify-bundle.js';
import { BaseCommand } from '../base-command.js';
import { readKey } from '../read-key.js';
import { printReport } from '../report.js';

export class BundleVerifyCommand extends BaseCommand {
  static override paths = [['bundle', 'verify']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'prove on this machine that a bundle is whole and computes what it should',
    details: `
      Hashes every file, refuses links and files that the manifest does not name, checks the signature, and replays the probe
      pictures. Prints PASS, or everything that is wrong and the first stage that diverges: decode, preprocess, model, map, mask,
      regions, record. Ends with 0 on PASS, with 1 on FAIL, with 2 when it could not be tried. The folder is only read.
    `,
    examples: [
      ['On the machine at the line', 'imgano bundle verify bundles/part-a'],
      ['Only what the plant signed', 'imgano bundle verify bundles/part-a --public-key plant.pub.pem --json'],
    ],
  });
  bundle = Option.String({ required: true, name: 'bundle' });
  backend = Option.String('--backend', { description: 'tensorflow, wasm, cpu, webgpu; default: best of the first 3' });
  publicKey = Option.String('--public-key', {
    description: 'a public Ed25519 key in PEM: the bundle must be signed with it',
  });
  tolerance = Option.String('--tolerance', {
    description: 'exact, f32 (1e-5) or cross (1e-3); default: what the two machines call for',
  });
  weights = Option.Array('--weights', { description: 'a folder to search for external weights (repeatable)' });

  protected async run(signal: AbortSignal): Promise<number> {
    const { verifyBundle } = await import('../../workbench/bundle/verify-bundle.js');
    const progress = await this.progress();
    const { backend, weights, tolerance } = this;
    const report = await verifyBundle(this.bundle, {
      ...{ backend, weights, progress, signal },
      publicKey: await readKey('--public-key', this.publicKey),
      tolerance:
        tolerance === undefined ? undefined : decode(oneOf(['exact', 'f32', 'cross']), tolerance, '--tolerance'),
    });
    if (this.json) printReport(this.context.stdout, true, report, () => []);
    else this.context.stdout.write(`${verdictText(report)}\n`);
    return report.verdict === 'pass' ? 0 : 1;
  }
}

/** For people: PASS or FAIL first. */
function verdictText({ verdict, bundle, findings, files, probes, tolerance, replayed_on: here }: VerifyReport): string {
  if (verdict === 'fail') {
    const lines = findings.map(({ code, path, message }) => `  ${code}${path === '' ? '' : ` ${path}`}: ${message}`);
    return [`FAIL ${bundle}`, ...lines].join('\n');
  }
  const worst = Math.max(0, ...probes.flatMap(({ stages }) => stages.map(({ difference }) => difference ?? 0)));
  const apart = worst === 0 ? 'every bit equal' : `largest relative difference ${worst.toExponential(1)}`;
  return (
    `PASS ${bundle}\n  ${files} files, ${probes.length} probes on ${here?.backend} (${here?.device}), ` +
    `class "${tolerance?.class}": ${apart}`
  );
}
