import { Integer, NonEmptyString, nullable, oneOf, optional, refine, strict, t } from './codec.js';

const Label = refine('label 0 (good) or 1 (defective)', t.number, (n) => n === 0 || n === 1);
const GroupId = refine('non-empty string or whole number', t.unknown, (u) => NonEmptyString.is(u) || Integer.is(u));

/** One line of a data set manifest (`.jsonl`). An absent key and `null` mean the same. */
export const ManifestRow = strict('ManifestRow', {
  /** Relative to the folder of the manifest, then to the root that the caller gives. */
  image_path: NonEmptyString,
  category: NonEmptyString,
  split: optional(nullable(oneOf(['train', 'val', 'test']))),
  label: optional(nullable(Label)),
  mask_path: optional(nullable(NonEmptyString)),
  /** Pictures of one part, which stay in one split. */
  group_id: optional(nullable(GroupId)),
  /** Anything else that is known; `group_id` and `defect` in it are read. */
  meta: optional(nullable(t.UnknownRecord)),
});
export type ManifestRow = t.TypeOf<typeof ManifestRow>;
