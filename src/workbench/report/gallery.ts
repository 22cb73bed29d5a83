import { formatNumber } from './format-number.js';
import { html, Html } from './html.js';
import { verdictOf } from './verdict.js';

/** One picture of the gallery; the images are PNG files. */
export interface GalleryItem {
  readonly name: string;
  readonly score: number;
  /** 0 = good, 1 = defective */
  readonly label: 0 | 1;
  /** `good`, or what kind of defect it is. */
  readonly defect: string;
  readonly picture: Uint8Array;
  /** With heat map and outlines. */
  readonly overlay: Uint8Array | null;
  /** The ground truth; null when it is not known, or the picture is good. */
  readonly truth: Uint8Array | null;
  /** The reported regions as a mask. */
  readonly found: Uint8Array | null;
  /** Number of reported regions; null when none were looked for. */
  readonly regions: number | null;
}

/** Pictures with what was found in them, side by side. */
export function gallery(items: readonly GalleryItem[], threshold: number | null): Html {
  return html`<div class="gallery">${items.map((item) => card(item, threshold))}</div>`;
}

function card(item: GalleryItem, threshold: number | null): Html {
  const verdict = verdictOf(item.score, item.label, threshold);
  const regions = item.regions === null ? null : `${item.regions} ${item.regions === 1 ? 'region' : 'regions'}`;
  return html`<article class="card">
    <header>
      <span class="verdict ${verdict.replace(' ', '-')}">${verdict}</span>
      <strong>${item.defect}</strong>
      <span class="name">${item.name}</span>
      <span class="facts">score ${formatNumber(item.score)}${regions === null ? null : html` · ${regions}`}</span>
    </header>
    <div class="images">
      ${image('picture', item.picture, item.name)} ${image('heat map, regions', item.overlay, item.name)}
      ${image('ground truth', item.truth, item.name)} ${image('found', item.found, item.name)}
    </div>
  </article>`;
}

function image(caption: string, png: Uint8Array | null, name: string): Html {
  const content =
    png === null
      ? html`<div class="none">none</div>`
      : html`<img loading="lazy" alt="${caption} of ${name}" src="${dataUri(png)}" />`;
  return html`<figure>
    ${content}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** Base64 holds nothing that needs escaping; a megabyte of it should not be searched for it. */
function dataUri(png: Uint8Array): Html {
  return new Html(`data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.length).toString('base64')}`);
}
