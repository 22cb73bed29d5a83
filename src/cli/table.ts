import Table from 'cli-table3';

/** What a table for people holds; a null cell shows as a dash. */
export interface TableContent {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Space, a plain rule below the head, nothing else: readable, and easy to cut with other tools. */
const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * A table as text, without a line break at its end. Columns of numbers are set flush right. No colours: the text is the
 * same in a terminal, a pipe and a log.
 */
export function renderTable({ columns, rows }: TableContent): string {
  const numeric = columns.map((_, c) => rows.length > 0 && rows.every((row) => typeof row[c] !== 'string'));
  const table = new Table({
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: numeric.map((isNumeric) => (isNumeric ? 'right' : 'left')),
  });
  const lines = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))));
  const widths = columns.map((column, c) => Math.max(column.length, ...lines.map((line) => (line[c] ?? '').length)));
  table.push(
    [...columns],
    widths.map((width) => '─'.repeat(width)),
    ...lines,
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
