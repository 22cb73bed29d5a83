import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ManifestRow } from '../../config/manifest.js';
import type { DataIssue } from '../../errors.js';
import { pictureSource } from '../picture-source.js';
import { testGroups } from './group-split.js';
import type { DatasetItem, DatasetOptions } from './item.js';
import { manifestError, readManifestRows, type NumberedRow } from './manifest-rows.js';

type Split = DatasetItem['split'];

/** A row with its files found. */
interface Entry {
  readonly line: number;
  readonly category: string;
  readonly split: Split | null;
  readonly label: 0 | 1 | null;
  readonly defect: string;
  readonly image: string;
  readonly mask: string | null;
  /** The group as the row names it, and the key of the group within its category. */
  readonly group: string | null;
  readonly key: string;
}

/**
 * Reads a data set from a manifest. Rows that name a split keep it. Of the others, defects are for the test, and the good ones
 * are split by group, with a seed; a good picture whose group has a row in a split, or a defect, follows it.
 *
 * @throws DataError with every wrong line, each by its number
 */
export async function readManifest(path: string, options: DatasetOptions): Promise<DatasetItem[]> {
  const rows = await readManifestRows(path);
  const findings: DataIssue[] = [];
  const at: Report = (line, code, what) =>
    void findings.push({ code, message: `${path}:${line}: ${what}`, context: { manifest: path, line } });
  const entries: Entry[] = [];
  for (const row of rows) entries.push(await findFiles(row, path, options.root, at));
  checkLabels(entries, at);
  checkRepeats(entries, at);
  const splitOfGroup = checkGroups(entries, at);
  if (findings.length > 0) throw manifestError(findings);

  const splits = splitOpenRows(entries, splitOfGroup, options);
  return entries.map((entry, i) => ({
    source: pictureSource(entry.image, options),
    split: splits[i],
    label: entry.label ?? 0,
    defect: entry.label === 1 ? entry.defect : 'good',
    maskPath: entry.mask,
    group: entry.group,
    category: entry.category,
  }));
}

type Report = (line: number, code: string, what: string) => void;

async function findFiles(
  { line, row }: NumberedRow,
  path: string,
  root: string | undefined,
  at: Report,
): Promise<Entry> {
  const bases = [dirname(path), ...(root === undefined ? [] : [root])];
  const find = async (key: 'image_path' | 'mask_path', name: string) => {
    const candidates = isAbsolute(name) ? [name] : bases.map((base) => join(base, name));
    for (const candidate of candidates) if ((await stat(candidate).catch(() => null))?.isFile()) return candidate;
    at(
      line,
      key === 'image_path' ? 'MANIFEST_MISSING_IMAGE' : 'MANIFEST_MISSING_MASK',
      `${key}: there is no file ${candidates.join(' or ')}; check the path`,
    );
    return candidates[0];
  };
  const group = row.group_id ?? row.meta?.group_id ?? null;
  const name = group === null ? null : String(group);
  const image = await find('image_path', row.image_path);
  return {
    line,
    category: row.category,
    split: row.split ?? null,
    label: (row.label ?? null) as Entry['label'],
    defect: defectOf(row),
    image,
    mask: typeof row.mask_path === 'string' ? await find('mask_path', row.mask_path) : null,
    group: name,
    key: JSON.stringify([row.category, name ?? { line }]),
  };
}

function defectOf({ meta }: ManifestRow): string {
  return typeof meta?.defect === 'string' && meta.defect !== '' ? meta.defect : 'anomaly';
}

function checkLabels(entries: readonly Entry[], at: Report): void {
  for (const { line, split, label } of entries) {
    if (split === 'test' && label === null)
      at(line, 'MANIFEST_INVALID_RECORD', 'label: a test picture needs a label, 0 or 1');
    if (split === 'val' && label === 1) {
      at(
        line,
        'MANIFEST_INVALID_RECORD',
        'label: a defective picture cannot be in "val"; move it to "test", or to "train" to learn from it',
      );
    }
  }
}

function checkRepeats(entries: readonly Entry[], at: Report): void {
  const seen = new Map<string, number>();
  for (const { line, category, image } of entries) {
    const key = JSON.stringify([category, resolve(image)]);
    const before = seen.get(key);
    if (before !== undefined)
      at(line, 'MANIFEST_DUPLICATE_IMAGE', `image_path: the picture is there already, on line ${before}; remove one`);
    else seen.set(key, line);
  }
}

/** The split that each group is bound to: that of its rows with a split, or the test if it has a defect. */
function checkGroups(entries: readonly Entry[], at: Report): Map<string, Split> {
  const bound = new Map<string, { split: Split; line: number }>();
  for (const { line, split, key, group } of entries) {
    if (split === null) continue;
    const before = bound.get(key);
    if (before === undefined) bound.set(key, { split, line });
    else if (before.split !== split) {
      at(
        line,
        'MANIFEST_GROUP_SPLIT_CONFLICT',
        `group_id: group "${group}" is in "${split}" here, but in "${before.split}" on line ${before.line}`,
      );
    }
  }
  for (const { line, split, label, key, group } of entries) {
    if (label !== 1 || split !== null) continue;
    const before = bound.get(key);
    if (before === undefined) bound.set(key, { split: 'test', line });
    else if (before.split !== 'test') {
      at(
        line,
        'MANIFEST_GROUP_ANOMALY_IN_TRAIN',
        `group_id: group "${group}" has a defect here, but is in "${before.split}" on line ${before.line}`,
      );
    }
  }
  return new Map([...bound].map(([key, { split }]) => [key, split]));
}

function splitOpenRows(entries: readonly Entry[], bound: ReadonlyMap<string, Split>, options: DatasetOptions): Split[] {
  const open = new Map<string, Set<string>>();
  for (const { category, key } of entries) {
    if (bound.has(key)) continue;
    if (!open.has(category)) open.set(category, new Set());
    open.get(category)!.add(key);
  }
  const held = new Set<string>();
  for (const [category, keys] of open) {
    for (const key of testGroups([...keys], options.testFraction ?? 0.2, options.seed ?? 0, category)) held.add(key);
  }
  return entries.map(({ split, key }) => split ?? bound.get(key) ?? (held.has(key) ? 'test' : 'train'));
}
