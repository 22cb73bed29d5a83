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
  it('shows no progress where there is no terminal, but says what must be seen', () => {
    const err = stream();
    const progress = createProgress({ stream: err });
    progress.start('loading', 3);
    progress.update(3);
    progress.stop();
    progress.info('done');
    progress.warn('one picture is grey');
    expect(err.text).to.equal('done\nwarning: one picture is grey\n');
  });

  it('gives a program one event a line, rarely, with rate and time left', async () => {
    const err = stream();
    const progress = createProgress({ stream: err, json: true, eventEvery: 20 });
    progress.start('fitting', 40);
    progress.update(10); // was there before
    await sleep(30);
    progress.update(20);
    progress.update(21);
    progress.warn('one picture is grey');
    progress.stop();
    progress.stop();
    const events = err.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).to.deep.equal(['start', 'progress', 'warning', 'end']);
    expect(events[0]).to.deep.equal({ event: 'start', step: 'fitting', total: 40 });
    expect(events[1]).to.include({ step: 'fitting', done: 20, total: 40 });
    expect(events[1].rate).to.be.within(1, 10 / 0.03 + 1);
    expect(events[1].eta_seconds).to.be.closeTo(20 / events[1].rate, 0.01);
    expect(events[2]).to.deep.equal({ event: 'warning', message: 'one picture is grey' });
    expect(events[3]).to.include({ step: 'fitting', done: 21 });
  });

  it('keeps the bar on a terminal, also for a program', () => {
    const written: string[] = [];
    const progress = createProgress({ stream: terminal(written), json: true });
    progress.start('fitting', 10);
    progress.stop();
    expect(written.join('')).to.include('fitting').and.not.include('{');
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
    expect(text).to.include('fitting').and.include('/10').and.include('/s').and.include('left');
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
