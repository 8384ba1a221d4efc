/** What the other end of a connection does wrong. */
import { TsaltError } from '../../../kernel/contract/errors.js';

export type ZmtpFault =
  | 'no_greeting' | 'old_version' | 'mechanism' | 'socket_type' | 'not_ready' | 'bad_command' | 'bad_frame' | 'too_large' | 'too_many_frames'
  | 'other_side_refused'
  /** Not its fault: ours. */
  | 'internal';

/** The other end does not speak the protocol, or more of it than is allowed: its connection is closed. */
export class ZmtpError extends TsaltError {
  readonly code = 'transport.protocol';
  readonly fault: ZmtpFault;
  constructor(fault: ZmtpFault, context: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(`Cannot speak with the other end: ${fault}`, { context: { fault, ...context }, cause });
    this.fault = fault;
  }
}
