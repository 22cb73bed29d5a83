import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../src/config/finding.js';
import { readInferConfig } from '../../src/config/read-infer-config.js';
import { documentFindings } from '../../src/inference/checks/document-findings.js';

interface Case {
  readonly name: string;
  readonly document: unknown;
  readonly findings: readonly Omit<Finding, 'fix'>[];
}

const corpus = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/invalid-infer-configs.json'), 'utf8'),
) as Case[];
/** The end of the sentence lists every model there is. */
const short = (message: string) => message.replace(/; the models are: .*/, '');

describe('documents with one thing wrong', () => {
  it('are many', () => expect(corpus.length).to.be.at.least(60));

  for (const { name, document, findings } of corpus) {
    it(name, () => {
      const { config, findings: read } = readInferConfig(document);
      const found = [...read, ...(config === undefined ? [] : documentFindings(config))];
      const told = found.map(({ fix, ...finding }) => {
        expect(fix).to.not.equal('');
        return { ...finding, message: short(finding.message) };
      });
      expect(told).to.deep.equal(findings.map((finding) => ({ ...finding, message: short(finding.message) })));
    });
  }
});
