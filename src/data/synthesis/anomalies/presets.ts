import { cutPaste } from './cut-paste.js';
import { defocus, illumination, lensDistortion, warp } from './optics.js';
import type { Painter } from './painting.js';
import { burn, edgeWear, oil, rust, stain, texture } from './patches.js';
import { bubble, glare, pit, spatter, tape } from './spots.js';
import { brush, crack, fiber, marker, scratch, wrinkle } from './strokes.js';

/** Every kind of made-up defect, in the order in which lists show them. */
export const PRESETS: Readonly<Record<string, Painter>> = {
  scratch,
  stain,
  pit,
  glare,
  rust,
  oil,
  crack,
  brush,
  spatter,
  tape,
  marker,
  burn,
  bubble,
  fiber,
  wrinkle,
  texture,
  edge_wear: edgeWear,
  illumination,
  warp,
  defocus,
  lens_distortion: lensDistortion,
  cutpaste: cutPaste,
};
