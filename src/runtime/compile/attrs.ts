import { type Attr } from './graph.js';
import { type NativeBinding, type OpAttribute } from './native.js';

/** Attributes as kernels hand them to the native binding, as attributes of a graph node. */
export function attrsFrom(binding: NativeBinding, attrs: readonly OpAttribute[]): Record<string, Attr> {
  const kinds: Record<number, [one: Attr['kind'], many: Attr['kind']]> = {
    [binding.TF_ATTR_STRING]: ['string', 'string'],
    [binding.TF_ATTR_INT]: ['int', 'ints'],
    [binding.TF_ATTR_FLOAT]: ['float', 'floats'],
    [binding.TF_ATTR_BOOL]: ['bool', 'bools'],
    [binding.TF_ATTR_TYPE]: ['type', 'types'],
    [binding.TF_ATTR_SHAPE]: ['shape', 'shape'],
  };
  return Object.fromEntries(
    attrs.map(({ name, type, value }) => [name, { kind: kinds[type][Array.isArray(value) ? 1 : 0], value } as Attr]),
  );
}
