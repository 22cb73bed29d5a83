import { Command, Option } from 'clipanion';
import type { OpenedRun, OpenRunOptions } from '../../inference/open-run.js';
import { readKey } from '../read-key.js';
import { InferCommand } from './infer.js';

export class BundleRunCommand extends InferCommand {
  static override paths = [['bundle', 'run']];
  static override usage = Command.Usage({
    category: 'Deploy',
    description: 'score pictures with a bundle, after its files were checked',
    details: `
      \`imgano infer\` with a deploy bundle: the same flags, records and exit codes. Every file of the bundle is checked against
      its manifest first; one that is altered, missing or too many ends the command with 2. The folder is only read.
    `,
    examples: [
      ['Scores and regions', 'imgano bundle run bundles/part-a --input pictures/ --save-jsonl out.jsonl --defects'],
    ],
  });
  override inferConfig = Option.String({ required: true, name: 'bundle' });
  // A bundle is one run of one category.
  override fromRun = undefined;
  override inferCategory = undefined;
  publicKey = Option.String('--public-key', {
    description: 'a public Ed25519 key in PEM: the bundle must be signed with it',
  });

  protected override async openNamed(path: string, options: OpenRunOptions): Promise<OpenedRun> {
    const { openBundle } = await import('../../workbench/bundle/open-bundle.js');
    return openBundle(path, { ...options, publicKey: await readKey('--public-key', this.publicKey) });
  }
}
