import { UnsupportedBackendError } from '../errors.js';

/** What `--device` or `IMGANO_DEVICE` asks for. */
export type DeviceRequest =
  | { readonly kind: 'cpu' }
  /** `index` counts the cards that this process may see, in the order of `nvidia-smi`; null = whichever comes first. */
  | { readonly kind: 'cuda'; readonly index: number | null };

/**
 * Reads the name of a device: `cpu`, `cuda` or `cuda:N`.
 *
 * @returns null for nothing, an empty name or `auto`
 * @throws UnsupportedBackendError if it is none of these
 */
export function parseDevice(text: string | undefined): DeviceRequest | null {
  const word = text?.trim().toLowerCase() ?? '';
  if (word === '' || word === 'auto') return null;
  if (word === 'cpu') return { kind: 'cpu' };
  const [, index] = /^cuda(?::(\d{1,3}))?$/.exec(word) ?? [];
  if (word.startsWith('cuda') && (word === 'cuda' || index !== undefined)) {
    return { kind: 'cuda', index: index === undefined ? null : Number(index) };
  }
  throw new UnsupportedBackendError(`device "${text}" is not known; expected cpu, cuda or cuda:N such as cuda:1`);
}

/** As `parseDevice` reads it. */
export function describeDevice(device: DeviceRequest): string {
  return device.kind === 'cuda' && device.index !== null ? `cuda:${device.index}` : device.kind;
}

/**
 * What `CUDA_VISIBLE_DEVICES` has to be for a device.
 *
 * @param visible what it is now: among these cards the index counts, as in other frameworks
 * @returns undefined where it stays as it is
 * @throws UnsupportedBackendError if there are too few visible cards
 */
export function visibleDevices(device: DeviceRequest | null, visible: string | undefined): string | undefined {
  if (device === null) return undefined;
  if (device.kind === 'cpu') return '-1';
  if (device.index === null) return undefined;
  if (visible === undefined) return String(device.index);
  const cards = visible.split(',').map((card) => card.trim());
  if (device.index < cards.length) return cards[device.index];
  throw new UnsupportedBackendError(
    `device "${describeDevice(device)}": CUDA_VISIBLE_DEVICES shows ${cards.length} (${visible}), so expected an index below that`,
  );
}
