/** A package of the npm registry, pinned by version and by the registry's own sha512. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** JavaScript and C++ sources of the native backend; the GPU package differs from it in name only. */
export const TFJS_NODE: PinnedPackage = {
  name: '@tensorflow/tfjs-node',
  version: '4.22.0',
  integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
};

/** What the JavaScript of the native backend requires besides `@tensorflow/tfjs`. */
export const PROTOBUF: PinnedPackage = {
  name: 'google-protobuf',
  version: '3.21.4',
  integrity: 'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
};

/** The C headers of Node-API, so that neither node-gyp nor a download of Node's own headers is needed. */
export const NODE_API_HEADERS: PinnedPackage = {
  name: 'node-api-headers',
  version: '1.9.0',
  integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
};

/** The TensorFlow release that is downloaded when the user names none. */
export const TENSORFLOW_VERSION = '2.21.0';

/** The Node-API version that the addon is compiled for: Node 20 and every later release have it. */
export const NAPI_VERSION = 8;
