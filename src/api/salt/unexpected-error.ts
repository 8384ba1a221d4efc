/** Where real Salt meets an exception of its own: answered by `An unexpected error occurred`, and with `debug` by the reason. */
import { TsaltError } from '../../kernel/contract/errors.js';

export class UnexpectedError extends TsaltError {
  readonly code = 'api.unexpected';
}
