/** A file of a checkpoint on this machine, already verified. */
export interface ResolvedWeights {
  readonly id: string;
  /** Absolute paths, in the order of the manifest entry. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

/** Finds and verifies external weights by their manifest id. */
export interface WeightsStore {
  /**
   * @throws WeightsError when the id is unknown, a file is missing, or its hash differs (both hashes are named)
   */
  resolve(id: string): Promise<ResolvedWeights>;
}
