import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorLine, exitCodeOf } from '../../src/cli/error-line.js';
import { createProgress } from '../../src/cli/progress-bar.js';
import { printReport, reportError } from '../../src/cli/report.js';
import { renderTable } from '../../src/cli/table.js';
import { ConfigError, DataError, InterruptedError } from '../../src/errors.js';

/** A stream that remembers. */
function stream(isTTY = false) {
  const lines = { isTTY, columns: 80, text: '', write: (text: string) => ((lines.text += text), true) };
  return lines;
}

describe('printReport', () => {
  const document = { name: 'a', image_auroc: 0.5, missing: null };

  it('writes one JSON document, and does not make the table', () => {
    const out = stream();
    printReport(out, true, document, () => expect.fail('a table was made'));
    expect(JSON.parse(out.text)).to.deep.equal(document);
    expect(out.text.endsWith('}\n')).to.equal(true);
  });

  it('writes tables for people', () => {
    const out = stream();
    printReport(out, false, document, () => [
      { columns: ['a'], rows: [['x']] },
      { columns: ['b'], rows: [] },
    ]);
    expect(out.text).to.equal('a\n─\nx\n\nb\n─\n');
  });

  it('never writes a NaN as null', () => {
    const out = stream();
    expect(() => printReport(out, true, { auroc: NaN }, () => [])).to.throw('auroc');
    expect(out.text).to.equal('');
  });
});

describe('renderTable', () => {
  it('sets numbers flush right, text flush left, and null as a dash', () => {
    const content = { columns: ['metric', 'value'], rows: [['AUROC', 0.5] as const, ['F1', null], ['n', 12345]] };
    expect(renderTable(content).split('\n')).to.deep.equal([
      'metric  value',
      '──────  ─────',
      'AUROC     0.5',
      'F1          -',
      'n       12345',
    ]);
  });
});

describe('errors of commands', () => {
  it('are one sentence when the user can mend them', () => {
    expect(errorLine(new DataError('a.png: cannot be read'))).to.equal('error: a.png: cannot be read');
  });

  it('come with the stack when they cannot', () => {
    expect(errorLine(new TypeError('x is not a function'))).to.match(/^error: TypeError: x is not a function\n +at /);
    expect(errorLine('thrown text')).to.equal('error: thrown text');
  });

  it('end with 2, or with 128 and the number of the signal', () => {
    const codes = [
      new ConfigError('x'),
      new Error('x'),
      new InterruptedError('x', 'SIGINT'),
      new InterruptedError('x', 'SIGTERM'),
      new InterruptedError('x'),
    ].map(exitCodeOf);
    expect(codes).to.deep.equal([2, 2, 130, 143, 130]);
  });

  it('go to the standard error, with the exit code as the answer', () => {
    const err = stream();
    expect(reportError(new ConfigError('no such key'), err)).to.equal(2);
    expect(err.text).to.equal('error: no such key\n');
  });
});

describe('createProgress', () => {
  it('writes a line at the start and then rarely where there is no terminal', async () => {
    const err = stream();
    const progress = createProgress({ stream: err, lineEvery: 20 });
    progress.start('fitting', 4);
    progress.update(1);
    await sleep(30);
    progress.update(2);
    progress.update(3);
    progress.update(4);
    progress.stop();
    progress.stop();
    expect(err.text).to.equal('fitting: 4\nfitting: 2/4 (0 s)\nfitting: 4/4 (0 s)\n');
  });

  it('adds no closing line to a step that was over at once', () => {
    const err = stream();
    const progress = createProgress({ stream: err });
    progress.start('loading');
    progress.update(3);
    progress.stop();
    progress.info('done');
    progress.warn('one picture is grey');
    expect(err.text).to.equal('loading\ndone\nwarning: one picture is grey\n');
  });

  it('is quiet on request, but for warnings', () => {
    const err = stream(true);
    const progress = createProgress({ stream: err, quiet: true });
    progress.start('fitting', 2);
    progress.update(1);
    progress.info('x');
    progress.stop();
    progress.warn('careful');
    expect(err.text).to.equal('warning: careful\n');
  });

  it('keeps lines and the bar of a terminal apart', () => {
    const written: string[] = [];
    const progress = createProgress({ stream: terminal(written) });
    progress.start('fitting', 10);
    progress.update(5);
    progress.info('half of it');
    progress.stop();
    progress.stop();
    const text = written.join('');
    expect(text).to.include('fitting').and.include('/10');
    expect(text).to.include('\r\u001b[Khalf of it\n');
  });
});

/** What a progress bar asks of a terminal. */
function terminal(written: string[]) {
  return {
    isTTY: true,
    columns: 80,
    write: (text: string) => written.push(text) > 0,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  };
}
