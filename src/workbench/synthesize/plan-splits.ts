import { codePointOrder } from '../../data/code-point-order.js';
import type { DatasetItem } from '../../data/dataset.js';
import { DataError } from '../../errors.js';
import type { Random } from '../../runtime/random.js';

export interface Splits {
  readonly train: readonly DatasetItem[];
  readonly testGood: readonly DatasetItem[];
  /** Good pictures that are given defects. */
  readonly hosts: readonly DatasetItem[];
}

export interface SplitCounts {
  /** Absent = all that are left. */
  readonly train?: number;
  /** Absent = a fifth of the pictures. */
  readonly testGood?: number;
  /** Pictures with defects; they share hosts where there are more of them than a fifth of the pictures. */
  readonly testAnomaly?: number;
}

/**
 * Shares good pictures out: no picture, and no group of pictures of one part, is in two of the three. What the data set holds for the test
 * is never trained on.
 *
 * @throws DataError when there are too few pictures
 */
export function planSplits(items: readonly DatasetItem[], counts: SplitCounts, random: Random, where: string): Splits {
  const good = items.filter(({ label }) => label === 0);
  const fifth = Math.max(1, Math.round(good.length / 5));
  const wantedGood = counts.testGood ?? fifth;
  const wantedHosts = counts.testAnomaly === 0 ? 0 : Math.min(counts.testAnomaly ?? fifth, fifth);
  const [forTest, forTraining] = [true, false].map((isTest) =>
    groupsOf(good.filter(({ split }) => (split === 'test') === isTest)),
  );
  const pool = [...random.shuffled(forTest), ...random.shuffled(forTraining)];
  const take = (wanted: number, from: DatasetItem[][]): DatasetItem[] => {
    const taken: DatasetItem[] = [];
    while (taken.length < wanted && from.length > 0) taken.push(...from.shift()!);
    return taken;
  };
  const hosts = take(wantedHosts, pool);
  const testGood = take(wantedGood, pool);
  const left = pool.flat().filter(({ split }) => split !== 'test');
  const train = left.slice(0, counts.train ?? left.length);
  const wantedTrain = Math.max(counts.train ?? 1, 0);
  if (hosts.length < wantedHosts || testGood.length < wantedGood || train.length < wantedTrain) {
    throw new DataError(
      `${where}: ${good.length} good pictures are too few for ${wantedTrain} to train, ${wantedGood} good ones and ${wantedHosts} with defects ` +
        `for the test, which must not share any; ask for fewer`,
    );
  }
  return {
    train: inOrder(train),
    testGood: inOrder(testGood).slice(0, wantedGood),
    hosts: inOrder(hosts).slice(0, Math.max(1, wantedHosts)),
  };
}

/** Pictures that must stay together; a picture without a group is one of its own. */
function groupsOf(items: readonly DatasetItem[]): DatasetItem[][] {
  const groups = new Map<string, DatasetItem[]>();
  for (const item of inOrder(items)) {
    const key = item.group === null ? `picture ${item.source.name}` : `group ${item.category} ${item.group}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

const inOrder = (items: readonly DatasetItem[]) =>
  [...items].sort((a, b) => codePointOrder(a.source.name, b.source.name));
