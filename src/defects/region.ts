export type Box = [x1: number, y1: number, x2: number, y2: number];

/** One defect, ready for JSON. Coordinates are pixels of the anomaly map; boxes are inclusive. */
export interface Region {
  /** Semantics 1: a label. Semantics 2: `1 + y * width + x` of the region's first pixel in reading order. */
  id: number;
  bbox_xyxy: Box;
  area: number;
  centroid_xy: [number, number];
  bbox_area: number;
  fill_ratio: number;
  aspect_ratio: number;
  /** null where it is not defined; absent on merged regions of semantics 1. */
  solidity?: number | null;
  score_max: number;
  score_mean: number;
  merged_from_ids?: number[];
  bbox_xyxy_image?: Box;
  perimeter?: number;
  compactness?: number;
  /** Of the major axis, in degrees from the x axis towards the y axis, in (-90, 90]; null without a direction. */
  orientation_deg?: number | null;
  major_axis?: number;
  minor_axis?: number;
  /** Pixels between the region and the nearest edge of the map; 0 where it touches. */
  border_distance?: number;
  /** Closed polygons through pixel corners, the outer boundary of each connected part. */
  outline?: [number, number][][];
}
