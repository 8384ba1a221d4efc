/** What ends a request early, and the page that tells it. Source: golden cli/api-*: status, title and message of the pages. */
import { STATUS_CODES } from 'node:http';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { Answer } from './exchange.js';

/** Source: golden cli/api-noauth, api-method; observed. */
const MESSAGES: Readonly<Record<number, string>> = {
  401: 'No permission -- see authorization schemes', 403: 'Request forbidden -- authorization will not help',
  405: 'Specified method is invalid for this resource', 413: 'Request Entity Too Large', 429: 'Too many requests',
  503: 'The server cannot process the request due to a high load', 504: 'The gateway server did not receive a timely response',
};

export class HttpError extends TsaltError {
  readonly code = 'api.http';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message?: string, headers: Readonly<Record<string, string>> = {}) {
    super(message ?? MESSAGES[status] ?? STATUS_CODES[status] ?? 'Error', { context: { status } });
    this.status = status;
    this.headers = headers;
  }
}

export function errorPage({ status, message, headers }: HttpError): Answer {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const body = `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>${title}</title>
</head>
<body>
<h2>${title}</h2>
<p>${escaped(message)}</p>
</body>
</html>
`;
  return { status, headers: { 'Content-Type': 'text/html;charset=utf-8', ...headers }, body };
}

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (mark) => MARKS[mark] ?? mark);
