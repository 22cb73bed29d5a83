import { NonEmptyString, oneOf, PositiveInteger, refine, strict, t, tagged, withDefault } from './codec.js';

const AtLeastOne = refine('list of one layer name or more', t.array(t.string), (list) => list.length > 0, {
  minItems: 1,
});

/** Fixed filters: needs no weights. */
const Filterbank = strict('Filterbank', {
  name: oneOf(['filterbank']),
  /** Pixels of the input between two neighbouring features. */
  stride: withDefault(oneOfNumbers([4, 8, 16]), 8),
  /** Scales, each half as fine as the one before. */
  levels: withDefault(PositiveInteger, 3),
});

/** A network from the weights manifest: a tfjs layers model, cut at the layers. */
const TfjsLayers = strict('TfjsLayers', {
  name: oneOf(['tfjs_layers']),
  /** The id of the manifest entry. */
  weights: NonEmptyString,
  /** Where features are taken; every one must be a tap of the manifest entry. */
  layers: AtLeastOne,
});

/** A network from the weights manifest: a tfjs graph model, as TensorFlow Hub has them, run as far as the nodes. */
const TfjsGraph = strict('TfjsGraph', {
  name: oneOf(['tfjs_graph']),
  /** The id of the manifest entry. */
  weights: NonEmptyString,
  /** Names of the nodes where features are taken; every one must be a tap of the manifest entry. */
  layers: AtLeastOne,
});

/** A network from the weights manifest whose weights are a PyTorch checkpoint (safetensors, npz), cut at the layers. */
const Torch = strict('Torch', {
  name: oneOf(['torch']),
  /** The id of the manifest entry. */
  weights: NonEmptyString,
  /** Where features are taken; every one must be a tap of the architecture. */
  layers: AtLeastOne,
});

/** What turns a picture into features. */
export const Backbone = tagged('Backbone', 'name', {
  filterbank: Filterbank,
  tfjs_layers: TfjsLayers,
  tfjs_graph: TfjsGraph,
  torch: Torch,
});
export type Backbone = t.TypeOf<typeof Backbone>;
export type Filterbank = t.TypeOf<typeof Filterbank>;
/** A whole tfjs model: layers or graph. */
export type TfjsModel = t.TypeOf<typeof TfjsLayers> | t.TypeOf<typeof TfjsGraph>;
export type Torch = t.TypeOf<typeof Torch>;

function oneOfNumbers(values: readonly number[]): t.Type<number> {
  return refine(`one of ${values.join(', ')}`, t.number, (n) => values.includes(n), { enum: values });
}
