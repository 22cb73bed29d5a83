/** A vision transformer. */
export interface VitShape {
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Channels of a token. */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  /** Channels inside the feed-forward layer. */
  readonly hidden: number;
  readonly feedForward: 'gelu' | 'swiglu';
  /** Tokens beside the class token that are no patches (Darcet et al., Vision Transformers Need Registers, 2024). */
  readonly registers: number;
  /**
   * `learned`: a table for `grid` x `grid` patches, resampled to other grids. `rotary`: rotations of queries and keys by the place of a
   * patch, with this base for the periods.
   */
  readonly positions:
    { readonly kind: 'learned'; readonly grid: number } | { readonly kind: 'rotary'; readonly base: number };
  /** Of the layer normalisation. */
  readonly epsilon: number;
}
