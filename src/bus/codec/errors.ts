/** Errors of the codec. Their texts name places and sizes, never contents. */
import { TsaltError } from '../../kernel/contract/errors.js';

/**
 * | code | when |
 * |---|---|
 * | `codec.truncated` | the bytes end inside a value |
 * | `codec.malformed` | the bytes are not msgpack, or a key is a list or a map |
 * | `codec.trailing` | bytes follow the first value |
 * | `codec.too_large` | more bytes or elements than the limits allow |
 * | `codec.too_deep` | lists and maps are nested deeper than the limits allow |
 * | `codec.unencodable` | a value has no msgpack form |
 */
export type CodecErrorCode =
  | 'codec.truncated' | 'codec.malformed' | 'codec.trailing' | 'codec.too_large' | 'codec.too_deep' | 'codec.unencodable';

/** Bytes that cannot be decoded. `context` has the offset or the limit. */
export class CodecError extends TsaltError {
  readonly code: CodecErrorCode;
  constructor(code: CodecErrorCode, message: string, context: Readonly<Record<string, unknown>> = {}) {
    super(message, { context });
    this.code = code;
  }
}

/** A value that cannot be encoded; `path` says where it stands: `return.a[3]`, empty for the value itself. */
export class EncodeError extends CodecError {
  readonly path: string;
  constructor(code: 'codec.unencodable' | 'codec.too_deep' | 'codec.too_large', path: string, why: string) {
    super(code, `Cannot encode ${path === '' ? 'the value' : path}: ${why}`, { path });
    this.path = path;
  }
}
