/** Errors of `/v1` as problem details (RFC 9457). */
import { STATUS_CODES } from 'node:http';
import type { Answer, Ask } from '../http/exchange.js';
import type { HttpError } from '../http/http-error.js';

export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** What is sent does not fit; tells which fields. */
export class InvalidInput extends Error {
  readonly status = 422;
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super('The request does not fit its description');
    this.faults = faults;
  }
}

export function problem(error: HttpError | InvalidInput, { id }: Pick<Ask, 'id'>): Answer {
  const { status } = error;
  const more = error instanceof InvalidInput ? { errors: error.faults } : {};
  const challenge = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  return {
    status, headers: { 'Content-Type': 'application/problem+json', ...challenge, ...(error instanceof InvalidInput ? {} : error.headers) },
    body: JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: error.message, request: id, ...more }),
  };
}
