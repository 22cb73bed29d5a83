import { type Attr, type TensorSpec } from './graph.js';

/**
 * Which attributes of an operation follow from its inputs. One letter group an argument: `T` is an argument whose element type is
 * attribute `T`, `N*T` a list of `N` such arguments, nothing an argument of a fixed type. Taken from TensorFlow's own definitions
 * (`TF_GetAllOpList` of 2.21) for every stateless operation on plain tensors.
 */
const SIGNATURES = `
T : Abs Acos Acosh Angle Asin Asinh Atan Atanh AvgPool AvgPool3D BiasAddGrad Bitcast Ceil Cholesky ComplexAbs Conj Cos Cosh DepthToSpace
   Diag DiagPart Eig Elu EnsureShape Erf Erfc Exp Expm1 ExtractImagePatches ExtractVolumePatches Floor HSVToRGB Identity Imag Inv Invert
   InvertPermutation IsFinite IsInf IsNan L2Loss LRN LeakyRelu Log Log1p LogMatrixDeterminant LogSoftmax MatrixDeterminant MatrixDiag
   MatrixDiagPart MatrixExponential MatrixInverse MatrixLogarithm MatrixSquareRoot MaxPool MaxPool3D MaxPoolWithArgmax Neg OnesLike
   PopulationCount PreventGradient Qr Rank Real Reciprocal Relu Relu6 Rint Round Rsqrt Selu Shape Sigmoid Sign Sin Sinh Size Softmax
   Softplus Softsign SpaceToDepth Sqrt Square Squeeze StopGradient Svd Tan Tanh TopK Unique UniqueWithCounts Unpack Where ZerosLike
T,T : Add AddV2 Atan2 BandedTriangularSolve BatchMatMul BatchMatMulV2 BiasAdd BitwiseAnd BitwiseOr BitwiseXor BroadcastArgs CholeskyGrad
   Complex Conv2D Conv3D Cross DepthwiseConv2dNative Dilation2D Div DivNoNan EluGrad Equal FloorDiv FloorMod Greater GreaterEqual
   LeakyReluGrad LeftShift Less LessEqual ListDiff LowerBound MatMul MatrixSetDiag MatrixSolve MatrixTriangularSolve Maximum Minimum Mod
   Mul MulNoNan NotEqual Pow RealDiv ReciprocalGrad Relu6Grad ReluGrad RightShift RsqrtGrad SeluGrad SigmoidGrad
   SoftmaxCrossEntropyWithLogits SoftplusGrad SoftsignGrad SqrtGrad SquaredDifference Sub TanhGrad TridiagonalSolve TruncateDiv
   TruncateMod UpperBound Xdivy Xlog1py Xlogy
T,Tidx : ArgMax ArgMin BatchToSpace BroadcastTo Cumprod Cumsum CumulativeLogsumexp EuclideanNorm Max Mean Min Prod ReverseV2 Sum
T,T,T : Betainc ClipByValue Conv2DBackpropFilterV2 Conv2DBackpropInputV2 Conv3DBackpropFilter Conv3DBackpropInput Dilation2DBackpropFilter
   Dilation2DBackpropInput LRNGrad MaxPool3DGradGrad MaxPoolGrad MaxPoolGradGrad
T, : NthElement ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor ResizeNearestNeighborGrad Reverse TileGrad
T,Tindices,Tnumsegments : SegmentMaxV2 SegmentMinV2 SegmentProdV2 SegmentSumV2 UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd
   UnsortedSegmentSum
,T : AvgPool3DGrad AvgPoolGrad ResizeBicubicGrad ResizeBilinearGrad Split
,T,T : Conv2DBackpropInput DepthwiseConv2dNativeBackpropInput Select SelectV2
T,Tindices,T : ScatterNdNonAliasingAdd TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate
Tcomplex : FFT FFT2D FFT3D IFFT IFFT2D IFFT3D
T,,T : Conv2DBackpropFilter Conv3DBackpropFilterV2 DepthwiseConv2dNativeBackpropFilter MatrixDiagPartV2 MatrixDiagPartV3
T,Tindices : SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum
N*T : AddN Einsum Pack ShapeN
T,T,T,T,T : FusedBatchNorm FusedBatchNormGrad
T,Tpaddings : MirrorPad MirrorPadGrad Pad SpaceToBatch
T,, : MaxPoolV2
T,,, : CropAndResize ScaleAndTranslate
T,T, : MatrixSetDiagV2 MatrixSetDiagV3 MatrixSolveLs
Tcomplex, : IRFFT IRFFT2D IRFFT3D
Tcomplex,, : FFTND IFFTND IRFFTND
Treal, : RFFT RFFT2D RFFT3D
,Tidx : All Any
T,,,,T : MatrixDiagV2 MatrixDiagV3
T,T,,T_threshold,T_threshold : NonMaxSuppressionV3 NonMaxSuppressionV4
T,T,T,, : MaxPoolGradGradV2 MaxPoolGradV2
T,T,Targmax : MaxPoolGradGradWithArgmax MaxPoolGradWithArgmax
T,Taxis : UniqueV2 UniqueWithCountsV2
T,Tperm : ConjugateTranspose Transpose
T,U,U,U,U : FusedBatchNormV2 FusedBatchNormV3
Tparams,Tindices : Gather GatherNd
,,T : Bincount
,N*T : Concat
@T : IdentityN
Index,Index,Index,Index,T : StridedSliceGrad
N*T,Tidx : ConcatV2
SrcT : Cast
T,Index,Index : Slice
T,Index,Index,Index : StridedSlice
T,Index,Index,Index,T : TensorStridedSliceUpdate
T,T,, : ScaleAndTranslateGrad
T,T,,T,T,T : NonMaxSuppressionV5
T,T,,T_threshold : NonMaxSuppressionV2
T,T,,U,U : FusedBatchNormGradV2
T,T,,U,U,U : FusedBatchNormGradV3
T,T,T,T : TridiagonalMatMul
T,T,Tidx : LinSpace
T,Tblock_shape,Tcrops : BatchToSpaceND
T,Tblock_shape,Tpaddings : SpaceToBatchND
T,Tdim : ExpandDims
T,Tindex,Tindex : MatrixBandPart
T,Tk : TopKV2
T,Tlen : ReverseSequence
T,Tlen, : SplitV
T,Tmultiples : Tile
T,Tpaddings,T : PadV2
T,Tshape : Reshape
T,Tshift,Taxis : Roll
TI,,T,T : OneHot
TInput,TInput,T : MaxPool3DGrad
Ta,Tb : BatchMatMulV3
Tidx,Tidx : UnravelIndex
Tidx,Tidx,T : DenseBincount
Tidx,Tidx,Tidx : Range
Tindices,T,Tindices : ScatterNd
Tparams,Tindices,Taxis : GatherV2
Treal,, : RFFTND
Tshape,T,T : Conv3DBackpropInputV2
dtype,, : ImageProjectiveTransformV2
dtype,,, : ImageProjectiveTransformV3
index_type,T : Fill
Tindices,Tindices,T,T : SparseToDense
N* : StringJoin
`;

const signatures = new Map<string, readonly string[]>();
let shared: readonly string[] = [];
for (const line of SIGNATURES.trim().split('\n')) {
  const [left, right] = line.includes(' :') ? line.split(' :') : [null, line];
  if (left !== null) shared = left.split(',');
  for (const op of right.trim().split(' ')) signatures.set(op, shared);
}

/**
 * The attributes of `op` that its inputs determine: element types, and the length of a list of inputs.
 *
 * Eager execution infers them and ignores what a kernel says about them (some of tfjs' kernels leave them out, as ExpandDims
 * does, or name another type, as Mean of int32 does); a graph needs them written down. An unknown operation gives nothing.
 *
 * @param inputs the types of the tensors that the operation is given, in order
 */
export function inferredAttrs(op: string, inputs: readonly TensorSpec[]): Record<string, Attr> {
  const attrs: Record<string, Attr> = {};
  const args = signatures.get(op) ?? [];
  let next = 0;
  for (const [position, arg] of args.entries()) {
    const [type, count] = arg.includes('*') ? arg.split('*').reverse() : [arg, null];
    const taken = count === null ? 1 : inputs.length - next - (args.length - position - 1);
    if (count !== null) attrs[count] = { kind: 'int', value: taken };
    if (type.startsWith('@')) attrs[type.slice(1)] = { kind: 'types', value: inputs.slice(next).map((i) => i.dtype) };
    else if (type !== '' && next < inputs.length) attrs[type] = { kind: 'type', value: inputs[next].dtype };
    next += taken;
  }
  return attrs;
}
