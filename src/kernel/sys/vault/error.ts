/** What Vault refused, by the names that Salt gives such errors. Source: documentation of Vault, "HTTP API: status codes"; names: Salt 3007. */
import { CommandExecutionError } from '../../contract/errors.js';

const KINDS: ReadonlyMap<number, string> = new Map([
  [400, 'VaultInvocationError'], [403, 'VaultPermissionDeniedError'], [404, 'VaultNotFoundError'], [405, 'VaultUnsupportedOperationError'],
  [412, 'VaultPreconditionFailedError'], [500, 'VaultServerError'], [502, 'VaultServerError'], [503, 'VaultUnavailableError'],
]);

export class VaultError extends CommandExecutionError {
  /** As Salt names the class of such an error. */
  readonly kind: string;

  constructor(kind: string, message: string, cause?: unknown) {
    super(message, { context: { kind }, cause });
    this.kind = kind;
  }

  /** As Salt writes errors of Vault for users. */
  get told(): string {
    return `${this.kind}: ${this.message}`;
  }
}

export const refusal = (status: number, words: string): VaultError => new VaultError(KINDS.get(status) ?? 'VaultException', words);

export const isVaultError = (error: unknown, ...kinds: readonly string[]): error is VaultError => error instanceof VaultError && (kinds.length === 0 || kinds.includes(error.kind));
export const NOT_FOUND = 'VaultNotFoundError';
export const DENIED = 'VaultPermissionDeniedError';
export const UNSUPPORTED = 'VaultUnsupportedOperationError';
/** There was no answer. */
export const UNREACHED = 'ConnectionError';
