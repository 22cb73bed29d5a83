import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, ShapeError } from '../../src/errors.js';
import { canonicalJson } from '../../src/inference/records/canonical-json.js';
import { decide } from '../../src/inference/records/decide.js';
import { JsonlFile } from '../../src/inference/sinks/jsonl.js';

describe('canonical JSON', () => {
  it('sorts keys at every depth and leaves arrays in order', () => {
    expect(canonicalJson({ b: [{ z: 1, a: 2 }], a: null, B: 0 })).to.equal('{"B":0,"a":null,"b":[{"a":2,"z":1}]}');
  });

  it('refuses what JSON cannot carry, and names it', () => {
    expect(() => canonicalJson({ score: NaN })).to.throw(ShapeError, '"score" is NaN');
    expect(() => canonicalJson({ deep: [{ x: Infinity }] })).to.throw(ShapeError, '"x" is Infinity');
  });
});

describe('the label rule', () => {
  it('is score > threshold, strictly', () => {
    expect(decide(1, 1).label).to.equal(0);
    expect(decide(1.0000001, 1).label).to.equal(1);
    expect(decide(0.5, 1).decision_summary).to.include({ decision: 'normal', requires_review: false });
    expect(decide(2, 1).decision_summary).to.include({ decision: 'anomalous', review_reason: 'anomaly_label' });
    expect(decide(2, null)).to.deep.equal({});
  });
});

describe('JSON Lines file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-jsonl-'));
  after(() => rmSync(dir, { recursive: true }));

  it('writes one whole line a record', () => {
    const path = join(dir, 'out.jsonl');
    const file = new JsonlFile(path);
    file.write({ b: 1, a: 'ä' });
    file.write({ c: 2 });
    file.close();
    expect(readFileSync(path, 'utf8')).to.equal('{"a":"ä","b":1}\n{"c":2}\n');
  });

  it('writes nothing of a record that cannot be written', () => {
    const path = join(dir, 'half.jsonl');
    const file = new JsonlFile(path);
    file.write({ a: 1 });
    expect(() => file.write({ a: NaN })).to.throw(ShapeError);
    file.close();
    expect(readFileSync(path, 'utf8')).to.equal('{"a":1}\n');
  });

  it('says so when the file cannot be made', () => {
    expect(() => new JsonlFile(join(dir, 'no', 'such', 'folder.jsonl'))).to.throw(DataError, 'cannot be written');
  });

  (process.platform === 'linux' ? it : it.skip)('says so when the disk is full', () => {
    const file = new JsonlFile('/dev/full');
    expect(() => file.write({ a: 1 })).to.throw(DataError, 'writing stopped after 0 bytes');
    file.close();
  });
});
