/** Errors of the crypto room. They never carry keys, plain or cipher bytes. */
import { TsaltError } from '../../kernel/contract/errors.js';

/** A key that cannot be used: not PEM, not RSA, wrong passphrase, malformed key string. */
export class BadKeyError extends TsaltError {
  readonly code = 'crypto.bad_key';
}

/** Data that was not sealed with this key, or was changed on the way. */
export class TamperedError extends TsaltError {
  readonly code = 'crypto.tampered';
}

/** RSA data that this key does not decrypt or recover. */
export class DecryptError extends TsaltError {
  readonly code = 'crypto.undecryptable';
}

/** A reply that carries another nonce than the request, or none: it answers something else. */
export class NonceMismatchError extends TsaltError {
  readonly code = 'crypto.nonce_mismatch';
}
