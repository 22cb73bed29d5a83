import { FiniteNumber, NonNegativeInteger, optional, PositiveInteger, refine, strict, t } from './codec.js';

const Sides = t.tuple([PositiveInteger, PositiveInteger]);
const Point = refine('point [x, y]', t.tuple([FiniteNumber, FiniteNumber]), (point) => point.length === 2);
const Ring = t.array(Point);

/** A mask as the run-length object of COCO. */
export const RleMask = strict('RleMask', {
  counts: t.union([t.string, t.array(NonNegativeInteger)], 'text or a list of lengths'),
  /** height, width */
  size: Sides,
});

/** A mask as polygons of pixel corners. */
export const PolygonMask = strict('PolygonMask', {
  polygons: t.array(strict('Polygon', { outer: Ring, holes: optional(t.array(Ring)) })),
  size: Sides,
});
