/** What lies where in a run folder; paths are relative to it. */
export const RUN_FILES = {
  config: 'config.json',
  inferConfig: 'infer_config.json',
  model: 'model',
  /** The region of interest goes with the run: a path of the training machine means nothing elsewhere. */
  roiMask: 'roi-mask.png',
  report: 'report.json',
  environment: 'environment.json',
  calibrationCard: 'calibration_card.json',
  operatorContract: 'operator_contract.json',
  /** The records of the test pictures, to the byte what `imgano infer` writes for them. */
  records: 'per_image.jsonl',
  /** What is known of the test pictures, a line for each record. */
  labels: 'labels.jsonl',
  maps: 'maps',
  bundle: 'deploy_bundle',
} as const;
