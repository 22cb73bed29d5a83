/** What a bundle calls its files. Everything else is named by the manifest. */
export const BUNDLE_FILES = {
  manifest: 'bundle_manifest.json',
  signature: 'bundle_signature.json',
  config: 'infer_config.json',
  expected: 'probes/expected.json',
  pictures: 'probes/pictures',
  references: 'probes/references',
  masks: 'probes/masks',
  weights: 'weights',
  /** Manifest entries of the weights, one folder each, for a machine whose imgano does not know them. */
  entries: 'weights-entries',
  regionOfInterest: 'roi-mask.png',
} as const;
