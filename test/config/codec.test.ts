import { expect } from 'chai';
import {
  decode,
  FiniteNumber,
  nullable,
  oneOf,
  optional,
  PositiveInteger,
  strict,
  t,
  withDefault,
} from '../../src/config/codec.js';
import { type ConfigError } from '../../src/errors.js';

const Inner = strict('Hysteresis', { low: nullable(FiniteNumber), high: withDefault(nullable(FiniteNumber), null) });
const Doc = strict('Doc', {
  name: t.string,
  size: withDefault(PositiveInteger, 3),
  method: optional(oneOf(['median', 'box'])),
  hysteresis: optional(Inner),
});

function problems(value: unknown): readonly string[] {
  try {
    decode(Doc, value, 'doc.json');
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('config codecs', () => {
  it('fills defaults and leaves absent optional keys absent', () => {
    expect(decode(Doc, { name: 'a' }, 'doc.json')).to.deep.equal({ name: 'a', size: 3 });
  });

  it('collects every problem with its path and a suggestion', () => {
    expect(problems({ size: 0, methd: 'box', hysteresis: { lo: 1, low: 'x' } })).to.deep.equal([
      'doc.json: methd: unknown key (did you mean "method"?)',
      'doc.json: name: expected string, but the key is missing',
      'doc.json: size: expected whole number of 1 or more, got 0',
      'doc.json: hysteresis.lo: unknown key (did you mean "low"?)',
      'doc.json: hysteresis.low: expected finite number, got "x"',
    ]);
  });

  it('rejects NaN and words outside a list', () => {
    expect(problems({ name: 'a', hysteresis: { low: NaN } })).to.deep.equal([
      'doc.json: hysteresis.low: expected finite number, got NaN',
    ]);
    expect(problems({ name: 'a', method: 'medain' })[0]).to.contain('did you mean "median"?');
  });
});
