import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '../../../src/errors.js';
import { renderReportPage, writeReportPage } from '../../../src/workbench/report/report-page.js';
import type { ReportSection } from '../../../src/workbench/report/section.js';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
const NASTY = `<script>alert("1")</script> & 'x'`;

function section(more: Partial<ReportSection> = {}): ReportSection {
  return {
    title: 'Woven texture',
    settings: [{ name: 'model', value: 'vision_patchcore' }],
    metrics: [
      { name: 'Image AUROC', value: 0.93125 },
      { name: 'AUPRO', value: null },
    ],
    threshold: 0.5,
    results: [
      { score: 0.1, label: 0, defect: 'good' },
      { score: 0.6, label: 0, defect: 'good' },
      { score: 0.5, label: 1, defect: 'hole' },
      { score: 0.9, label: 1, defect: 'hole' },
    ],
    gallery: [
      {
        name: 'a.png',
        score: 0.9,
        label: 1,
        defect: 'hole',
        picture: PNG,
        overlay: PNG,
        truth: null,
        found: PNG,
        regions: 1,
      },
    ],
    ...more,
  };
}

describe('renderReportPage', () => {
  it('shows settings, metrics, outcomes by kind, charts and pictures', () => {
    const page = renderReportPage({ title: 'Demo', sections: [section()] });
    expect(page).to.match(/^<!doctype html>/);
    expect(page).to.include('vision_patchcore').and.include('0.9313').and.include('–');
    const text = page
      .replace(/<style>[\s\S]*<\/style>/, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(text).to.include('good 2 1 1 false alarm, 1 passed');
    expect(text).to.include('hole 2 1 1 hit, 1 missed');
    expect(page.match(/<svg/g)).to.have.length(2);
    expect(page.match(/data:image\/png;base64,iVBORw==/g)).to.have.length(3);
    expect(text).to.include('1 region');
  });

  it('escapes every string, in text and in attributes', () => {
    const nasty = section({
      title: NASTY,
      text: NASTY,
      settings: [{ name: NASTY, value: NASTY }],
      metrics: [{ name: NASTY, value: 1, note: NASTY }],
      results: [{ score: 1, label: 1, defect: NASTY }],
      gallery: [{ ...section().gallery[0], name: NASTY, defect: NASTY }],
    });
    const page = renderReportPage({ title: NASTY, text: NASTY, sections: [nasty, nasty], footer: NASTY });
    expect(page).not.to.include('<script').and.not.to.include('alert("1")');
    expect(page).not.to.match(/="[^"]*<script/);
  });

  it('loads nothing and runs nothing', () => {
    const page = renderReportPage({ title: 'Demo', sections: [section()] });
    expect(page).to.include("default-src 'none'");
    expect(page).not.to.match(/<script|<link|https?:\/\/|@import|url\(/);
  });

  it('gives up only the charts that the data cannot give', () => {
    const svgs = (more: Partial<ReportSection>) =>
      renderReportPage({ title: 'x', sections: [section(more)] }).match(/<svg/g)?.length ?? 0;
    expect(svgs({ results: [] }), 'no results').to.equal(0);
    expect(svgs({ results: [{ score: 1, label: 0, defect: 'good' }] }), 'good only').to.equal(1);
    expect(svgs({ threshold: null }), 'no threshold').to.equal(2);
  });

  it('has no NaN in its charts, whatever the scores', () => {
    for (const scores of [[0, 0, 0], [-5, -5, 1e9], [1e-12, 2e-12, 3e-12], [7]]) {
      const results = scores.map((score, i) => ({ score, label: (i % 2) as 0 | 1, defect: 'x' }));
      expect(renderReportPage({ title: 'x', sections: [section({ results, threshold: 0 })] })).not.to.match(
        /NaN|Infinity/,
      );
    }
  });

  it('draws every picture into the histogram', () => {
    const results = Array.from({ length: 10 }, () => ({ score: 3, label: 0 as const, defect: 'good' }));
    const page = renderReportPage({ title: 'x', sections: [section({ results, threshold: null })] });
    expect(page.match(/class="bar-good"/g)).to.have.length(2); // one bar, one in the key
  });
});

describe('writeReportPage', () => {
  it('writes the page as one whole file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imgano-report-'));
    try {
      const page = { title: 'Demo', sections: [section()] };
      await writeReportPage(join(folder, 'report.html'), page);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).to.equal(renderReportPage(page));
      expect(readdirSync(folder)).to.deep.equal(['report.html']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says which file it could not write', async () => {
    const error = await writeReportPage('/no/such/folder/report.html', { title: 'x', sections: [] }).catch((e) => e);
    expect(error).to.be.instanceOf(DataError);
    expect(error.message).to.include('/no/such/folder/report.html');
  });
});
