import { TsaltError } from '../../kernel/contract/errors.js';

/** The master does not let this minion in. `retry`: it may later. */
export class SignInError extends TsaltError {
  readonly code = 'channel.sign_in';
  readonly why: 'pending' | 'rejected' | 'full' | 'untrusted' | 'unreadable';
  constructor(why: SignInError['why'], message: string, cause?: unknown) {
    super(message, { context: { why }, cause });
    this.why = why;
  }
}
