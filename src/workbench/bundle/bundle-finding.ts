/** What can be wrong with a bundle. `docs/bundles.md` tells what each code means. */
export type BundleCode =
  | 'NOT_A_BUNDLE'
  | 'MANIFEST_UNREADABLE'
  | 'MANIFEST_ALTERED'
  | 'SCHEMA_VERSION'
  | 'FILE_MISSING'
  | 'FILE_ALTERED'
  | 'FILE_NOT_LISTED'
  | 'FILE_IS_A_LINK'
  | 'FILE_UNREADABLE'
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_INVALID'
  | 'SIGNATURE_OF_ANOTHER_KEY'
  | 'PROBE_MISSING'
  | 'WEIGHTS'
  | 'MODEL'
  | 'DIVERGED';

/** One thing that is wrong with a bundle, as data. */
export interface BundleFinding {
  readonly code: BundleCode;
  /** Below the bundle; empty for the bundle itself. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
}
