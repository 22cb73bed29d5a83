import type { InputRule } from '../config/input-rule.js';
import type { Size } from '../config/size.js';
import { cropWindow, type Window } from './crop-window.js';
import { inputSize } from './input-size.js';

/**
 * The part of a picture that a model sees through the crop of its input rule: the pixels of the picture whose centre lies in the
 * crop, so that no edge is off by more than half a pixel.
 *
 * @returns in pixels of the picture; null without a crop, when the model sees all of it
 */
export function seenWindow(picture: Size, rule: InputRule): Window | null {
  if (rule.crop === undefined) return null;
  const resized = inputSize(picture, rule.resize);
  const { top, left, height, width } = cropWindow(resized, rule.crop);
  const rows = span(top, height, picture.height / resized.height);
  const columns = span(left, width, picture.width / resized.width);
  return { top: rows.start, left: columns.start, height: rows.length, width: columns.length };
}

/** Holds one pixel at least, also where the picture is smaller than its input. */
function span(start: number, length: number, scale: number): { start: number; length: number } {
  const [from, to] = [start, start + length].map((edge) => Math.max(0, Math.ceil(edge * scale - 0.5)));
  return to > from
    ? { start: from, length: to - from }
    : { start: Math.floor((start + length / 2) * scale), length: 1 };
}
