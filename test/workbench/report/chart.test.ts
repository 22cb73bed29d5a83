import { expect } from 'chai';
import { ticks } from '../../../src/workbench/report/chart.js';
import { formatNumber } from '../../../src/workbench/report/format-number.js';
import { html } from '../../../src/workbench/report/html.js';
import { verdictOf } from '../../../src/workbench/report/verdict.js';

describe('ticks', () => {
  it('are round numbers inside the axis', () => {
    expect(ticks({ title: '', from: 0, to: 1 })).to.deep.equal([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks({ title: '', from: -3.2, to: 12 })).to.deep.equal([0, 5, 10]);
    expect(ticks({ title: '', from: 0.101, to: 0.108 })).to.deep.equal([0.102, 0.104, 0.106, 0.108]);
  });
});

describe('html', () => {
  it('escapes what is put in, keeps what is HTML, joins lists and drops null', () => {
    const inner = html`<b>${'a<b>"\'&'}</b>`;
    expect(html`<p>${inner}${[1, html`<i>2</i>`, '<']}${null}</p>`.text).to.equal(
      '<p><b>a&#60;b&#62;&#34;&#39;&#38;</b>1<i>2</i>&#60;</p>',
    );
  });
});

describe('formatNumber', () => {
  it('shows four digits that count', () => {
    const shown = [0.93125, 0.5, 1, 0, null, 1234.567, 12.3456, 0.00012346, -0.25].map(formatNumber);
    expect(shown).to.deep.equal(['0.9313', '0.5000', '1', '0', '–', '1235', '12.35', '0.0001235', '-0.2500']);
  });
});

describe('verdictOf', () => {
  it('flags above the threshold, not on it', () => {
    expect([verdictOf(0.5, 1, 0.5), verdictOf(0.6, 1, 0.5)]).to.deep.equal(['missed', 'hit']);
    expect([verdictOf(0.5, 0, 0.5), verdictOf(0.6, 0, 0.5)]).to.deep.equal(['passed', 'false alarm']);
    expect(verdictOf(0.5, 0, null)).to.equal('not decided');
  });
});
