import { tf, type LayersModel, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';

type Layer = LayersModel['layers'][number];
type Activation = 'linear' | 'relu' | 'relu6';
type Padding = 'same' | 'valid';

/** A convolution with everything that follows it up to the next one, in one fused call. */
interface Step {
  readonly depthwise: boolean;
  filter: Tensor4D;
  bias: Tensor1D;
  readonly strides: [number, number];
  readonly padding: Padding;
  readonly dilation: [number, number];
  activation: Activation;
  /** The names of the layers whose output this step gives. */
  readonly ends: string[];
}

/** A chain of fused convolutions. */
export interface FoldedChain {
  apply(x: Tensor4D): Tensor4D[];
  dispose(): void;
}

/**
 * Folds a plain chain of convolutions, batch normalisations and rectifications into one fused call a convolution: batch
 * normalisation is `s x + t` a channel once trained, so s goes into the filter and t into the bias.
 *
 * @param model borrowed; the chain owns copies of what it needs
 * @param taps names of layers whose outputs `apply` gives, in this order
 * @returns null when the network is anything else, or when a tap lies inside what would be one call
 */
export function foldChain(model: LayersModel, taps: readonly string[]): FoldedChain | null {
  if (!isChain(model)) return null;
  const steps: Step[] = [];
  const release = () => tf.dispose(steps.flatMap((step) => [step.filter, step.bias]));
  for (const layer of model.layers.slice(1)) {
    const last = steps[steps.length - 1] as Step | undefined;
    // A tap inside a call cannot be given; what follows a tapped layer must start a new call.
    const folded =
      startStep(layer) ?? (last !== undefined && !last.ends.some((n) => taps.includes(n)) && extend(last, layer));
    if (folded === false || folded === null || folded === undefined) {
      release();
      return null;
    }
    if (folded !== true) steps.push(folded);
  }
  const wanted = taps.map((tap) => steps.findIndex((step) => step.ends[step.ends.length - 1] === tap));
  if (wanted.includes(-1)) {
    release();
    return null;
  }
  return {
    apply: (x) => {
      const outputs: Tensor4D[] = [];
      for (const step of steps) outputs.push(run(step, outputs[outputs.length - 1] ?? x));
      return wanted.map((i) => outputs[i]);
    },
    dispose: release,
  };
}

/** One input, and every layer fed by the one before it alone. */
function isChain({ layers }: LayersModel): boolean {
  return layers.every((layer, i) => {
    const feeding = layer.inboundNodes.map((node) => node.inboundLayers);
    if (layer.inboundNodes.length !== 1) return false;
    if (i === 0) return layer.getClassName() === 'InputLayer';
    return feeding[0].length === 1 && feeding[0][0] === layers[i - 1];
  });
}

function startStep(layer: Layer): Step | null {
  const kind = layer.getClassName();
  const config = layer.getConfig() as {
    strides?: [number, number];
    padding?: Padding;
    dilationRate?: [number, number];
    dataFormat?: string;
    activation?: string;
    useBias?: boolean;
  };
  const activation = activationOf(config.activation);
  if (
    (kind !== 'Conv2D' && kind !== 'DepthwiseConv2D') ||
    config.dataFormat === 'channelsFirst' ||
    activation === null
  ) {
    return null;
  }
  const [filter, bias] = layer.getWeights();
  const depthwise = kind === 'DepthwiseConv2D';
  const channels = depthwise ? filter.shape[2]! * filter.shape[3]! : filter.shape[3]!;
  return {
    depthwise,
    filter: filter.clone() as Tensor4D,
    bias: (bias === undefined ? tf.zeros([channels]) : bias.clone()) as Tensor1D,
    strides: config.strides ?? [1, 1],
    padding: config.padding ?? 'valid',
    dilation: config.dilationRate ?? [1, 1],
    activation,
    ends: [layer.name],
  };
}

/** Takes a layer into the call before it; false when it cannot be. */
function extend(step: Step, layer: Layer): boolean {
  const kind = layer.getClassName();
  const config = layer.getConfig() as Record<string, unknown>;
  if (kind === 'BatchNormalization' && step.activation === 'linear' && (config.axis === -1 || config.axis === 3)) {
    foldNormalisation(step, layer, config);
  } else if (kind === 'Activation' && step.activation === 'linear') {
    const activation = activationOf(config.activation as string);
    if (activation === null) return false;
    step.activation = activation;
  } else if (kind === 'ReLU' && step.activation === 'linear' && (config.maxValue ?? null) === null) {
    step.activation = 'relu';
  } else if (kind !== 'Dropout') {
    return false;
  }
  step.ends.push(layer.name);
  return true;
}

function foldNormalisation(step: Step, layer: Layer, config: Record<string, unknown>): void {
  const [filter, bias] = tf.tidy(() => {
    const weights = layer.getWeights() as Tensor1D[];
    const gamma = config.scale === false ? tf.onesLike(weights[weights.length - 1]) : weights.shift()!;
    const beta = config.center === false ? tf.zerosLike(gamma) : weights.shift()!;
    const [mean, variance] = weights;
    const gain = gamma.mul(tf.rsqrt(variance.add(config.epsilon as number))) as Tensor1D;
    const shift = beta.add(step.bias.sub(mean).mul(gain)) as Tensor1D;
    // A depthwise filter is [h, w, channels, multiplier] and its output channel is channel * multiplier + m.
    const [, , c, m] = step.filter.shape;
    const shaped = (step.depthwise ? gain.reshape([1, 1, c, m]) : gain) as Tensor;
    return [step.filter.mul(shaped) as Tensor4D, shift];
  });
  tf.dispose([step.filter, step.bias]);
  step.filter = filter;
  step.bias = bias;
}

function run(step: Step, x: Tensor4D): Tensor4D {
  const { filter, strides, padding: pad, bias, activation } = step;
  const common = { x, filter, strides, pad, bias, activation, dilations: step.dilation };
  return step.depthwise ? tf.fused.depthwiseConv2d(common) : tf.fused.conv2d(common);
}

function activationOf(name: string | undefined): Activation | null {
  if (name === undefined || name === 'linear') return 'linear';
  return name === 'relu' || name === 'relu6' ? name : null;
}
