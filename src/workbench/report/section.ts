import { formatNumber } from './format-number.js';
import { gallery, type GalleryItem } from './gallery.js';
import { histogramChart } from './histogram-chart.js';
import { html, type Html } from './html.js';
import { rocChart } from './roc-chart.js';
import { verdictOf } from './verdict.js';

/** One data set, or one model, of a page. */
export interface ReportSection {
  readonly title: string;
  /** A sentence or two below the title. */
  readonly text?: string;
  /** What it was made with: model, sizes, thresholds, seeds ... */
  readonly settings: readonly { readonly name: string; readonly value: string | number }[];
  readonly metrics: readonly { readonly name: string; readonly value: number | null; readonly note?: string }[];
  /** The image threshold; `score > threshold` is an alarm. */
  readonly threshold: number | null;
  /** Every test picture, for the charts and the table of defect types. */
  readonly results: readonly { readonly score: number; readonly label: 0 | 1; readonly defect: string }[];
  /** The pictures to show. */
  readonly gallery: readonly GalleryItem[];
}

/** A section as HTML. */
export function renderSection(section: ReportSection, id: string): Html {
  const { title, text, settings, metrics, threshold, results } = section;
  const charts = [
    { title: 'Scores', svg: histogramChart(results, threshold) },
    { title: 'ROC curve', svg: rocChart(results, threshold) },
  ].filter((entry): entry is { title: string; svg: Html } => entry.svg !== null);
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${text === undefined ? null : html`<p>${text}</p>`}
    <dl class="settings">
      ${settings.map(
        ({ name, value }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <div class="tables">${metrics.length === 0 ? null : metricsTable(metrics)} ${defectsTable(results, threshold)}</div>
    <div class="charts">
      ${charts.map(
        (entry) =>
          html`<figure>
            <h3>${entry.title}</h3>
            ${entry.svg}
          </figure>`,
      )}
    </div>
    ${
      section.gallery.length === 0
        ? null
        : html`<h3>Pictures</h3>
            ${gallery(section.gallery, threshold)}`
    }
  </section>`;
}

function metricsTable(metrics: ReportSection['metrics']): Html {
  return html`<table>
    <thead>
      <tr>
        <th>Metric</th>
        <th class="number">Value</th>
      </tr>
    </thead>
    <tbody>
      ${metrics.map(
        ({ name, value, note }) =>
          html`<tr>
            <td>${name}${note === undefined ? null : html`<small>${note}</small>`}</td>
            <td class="number">${formatNumber(value)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function defectsTable(results: ReportSection['results'], threshold: number | null): Html | null {
  if (results.length === 0 || threshold === null) return null;
  const kinds = [...new Set(results.map((result) => result.defect))].sort((a, b) => (a < b ? -1 : 1));
  return html`<table>
    <thead>
      <tr>
        <th>Kind</th>
        <th class="number">Pictures</th>
        <th class="number">Flagged</th>
        <th>Outcome</th>
      </tr>
    </thead>
    <tbody>
      ${kinds.map((kind) => {
        const mine = results.filter((result) => result.defect === kind);
        const flagged = mine.filter(({ score }) => score > threshold).length;
        return html`<tr>
          <td>${kind}</td>
          <td class="number">${mine.length}</td>
          <td class="number">${flagged}</td>
          <td>${outcome(mine, threshold)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** `11 hit, 1 missed` */
function outcome(results: ReportSection['results'], threshold: number): string {
  const verdicts = results.map(({ score, label }) => verdictOf(score, label, threshold));
  return [...new Set(verdicts)]
    .sort()
    .map((verdict) => `${verdicts.filter((v) => v === verdict).length} ${verdict}`)
    .join(', ');
}
