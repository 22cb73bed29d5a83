import { writeFileWhole } from '../../data/write-whole.js';
import { Html, html } from './html.js';
import { renderSection, type ReportSection } from './section.js';
import { STYLE } from './style.js';

export interface ReportPage {
  readonly title: string;
  /** What a reader should know first. */
  readonly text?: string;
  readonly sections: readonly ReportSection[];
  /** The last line: how the page was made. */
  readonly footer?: string;
}

/** The page as HTML: complete in itself, without scripts, and not allowed to load anything from anywhere. */
export function renderReportPage({ title, text, sections, footer }: ReportPage): string {
  const ids = sections.map((_, i) => `section-${i + 1}`);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${text === undefined ? null : html`<p>${text}</p>`}
          ${
            sections.length < 2
              ? null
              : html`<nav>${sections.map((section, i) => html`<a href="#${ids[i]}">${section.title}</a>`)}</nav>`
          }
          ${sections.map((section, i) => renderSection(section, ids[i]))}
          ${footer === undefined ? null : html`<footer>${footer}</footer>`}
        </main>
      </body>
    </html> `;
  return page.text;
}

/**
 * Writes a report as one HTML file that can be mailed and opened anywhere. The file is whole or not there.
 *
 * @throws DataError when it cannot be written
 */
export async function writeReportPage(path: string, page: ReportPage): Promise<void> {
  await writeFileWhole(path, renderReportPage(page));
}
