import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';

// `require` takes 130 ms where `import` takes 310 ms (the loader need not analyse the CommonJS bundle), and it gives
// the very copy of tfjs-core that the native and wasm backends require: two copies would be two engines.
const require = createRequire(import.meta.url);

/** TensorFlow.js. The one place from which the package takes it; a backend is chosen by `startRuntime`. */
export const tf = require('@tensorflow/tfjs') as typeof Tfjs;

export type Tensor = Tfjs.Tensor;
export type Scalar = Tfjs.Scalar;
export type Tensor1D = Tfjs.Tensor1D;
export type Tensor2D = Tfjs.Tensor2D;
export type Tensor3D = Tfjs.Tensor3D;
export type Tensor4D = Tfjs.Tensor4D;
export type LayersModel = Tfjs.LayersModel;
