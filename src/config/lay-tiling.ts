import { overlay } from './overlay.js';

type Json = Record<string, unknown>;

/** Lays keys of `adaptation.tiling` over those of a document, key by key; a stride replaces an overlap, and the other way round. */
export function layTiling(document: Json, over: Json | undefined): Json {
  if (over === undefined || Object.values(over).every((value) => value === undefined)) return document;
  const { stride, overlap } = over;
  const spacing = {
    ...(stride === undefined ? {} : { overlap: overlap ?? null }),
    ...(overlap === undefined ? {} : { stride: stride ?? null }),
  };
  const adaptation = document.adaptation ?? {};
  return { ...document, adaptation: overlay(adaptation, { tiling: { ...over, ...spacing } }) };
}
