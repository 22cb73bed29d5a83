import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { BUNDLE_VERSION, BundleSignature } from '../../config/bundle.js';
import { examine } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { BUNDLE_FILES } from './bundle-files.js';
import type { BundleFinding } from './bundle-finding.js';

/**
 * Signs the bytes of a manifest with an Ed25519 key (RFC 8032).
 *
 * @param pem a private key as `openssl genpkey -algorithm ed25519` writes it
 * @returns the text of `bundle_signature.json`
 * @throws ConfigError when the text is not such a key
 */
export function signManifest(manifest: Uint8Array, pem: string): string {
  const key = keyFrom(pem, createPrivateKey, 'a private Ed25519 key in PEM (openssl genpkey -algorithm ed25519)');
  const document: BundleSignature = {
    schema_version: BUNDLE_VERSION,
    algorithm: 'ed25519',
    public_key: rawOf(createPublicKey(key)),
    signature: sign(null, manifest, key).toString('hex'),
  };
  return `${canonicalJson(document, 2)}\n`;
}

/** A key that is trusted, ready to be compared. @throws ConfigError when the text is not a public Ed25519 key in PEM */
export function trustedKey(pem: string): string {
  const wanted = 'a public Ed25519 key in PEM (openssl pkey -in KEY.pem -pubout)';
  if (pem.includes('PRIVATE KEY'))
    throw new ConfigError(`--public-key: expected ${wanted}, got a private key; keep it apart`);
  return rawOf(keyFrom(pem, createPublicKey, wanted));
}

/**
 * Checks the signature of a manifest. One that is there must be right also where no key is asked for.
 *
 * @param text of `bundle_signature.json`; null without one
 * @param trusted what `trustedKey` gave; null accepts any key, and none
 */
export function checkSignature(manifest: Uint8Array, text: string | null, trusted: string | null): BundleFinding[] {
  const path = BUNDLE_FILES.signature;
  if (text === null) {
    if (trusted === null) return [];
    return [{ code: 'SIGNATURE_MISSING', path, message: 'the bundle is not signed, but a public key was given' }];
  }
  const invalid = (why: string): BundleFinding[] => [{ code: 'SIGNATURE_INVALID', path, message: why }];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('is not valid JSON');
  }
  const { value: document } = examine(BundleSignature, value);
  if (document === undefined || `${canonicalJson(document, 2)}\n` !== text) {
    return invalid('is not written as imgano writes it');
  }
  if (trusted !== null && document.public_key !== trusted) {
    const message = `the bundle is signed with the key ${fingerprint(document.public_key)}, not with ${fingerprint(trusted)}`;
    return [{ code: 'SIGNATURE_OF_ANOTHER_KEY', path, message }];
  }
  const good = verify(null, manifest, publicKeyOf(document.public_key), Buffer.from(document.signature, 'hex'));
  return good ? [] : invalid('the signature is not that of this manifest');
}

/** A short name of a public key, for people. @param raw its 32 bytes in hex */
function fingerprint(raw: string): string {
  return createHash('sha256').update(Buffer.from(raw, 'hex')).digest('hex').slice(0, 16);
}

/** The key of a signature that was checked before; null without one. */
export function signingKey(text: string | null): string | null {
  return text === null ? null : (JSON.parse(text) as BundleSignature).public_key;
}

function keyFrom(pem: string, read: (pem: string) => KeyObject, wanted: string): KeyObject {
  let key: KeyObject;
  try {
    key = read(pem);
  } catch (cause) {
    throw new ConfigError(`expected ${wanted}, but the file holds no such key`, undefined, { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new ConfigError(`expected ${wanted}, got a key of type ${key.asymmetricKeyType}`);
}

function rawOf(key: KeyObject): string {
  return Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url').toString('hex');
}

function publicKeyOf(raw: string): KeyObject {
  const x = Buffer.from(raw, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
