/** What goes to a client that is refused. Source: golden cli/salt-auth-*, run-auth-*, wire/clear; read, Salt 3008.3. */
import type { Credentials } from './credentials.js';
import type { ClientKind } from './ways.data.js';

/** As it goes to the client. */
export type RefusedError = { readonly name: string; readonly message: string };

const AUTHENTICATION: RefusedError = { name: 'AuthenticationError', message: 'Authentication error occurred.' };
export const AUTHORISATION: RefusedError = { name: 'AuthorizationError', message: 'Authorization error occurred.' };
export const SYNTAX: RefusedError = { name: 'SaltInvocationError', message: 'A command invocation error occurred: Check syntax.' };

const NAMES = { token: 'TokenAuthenticationError', eauth: 'EauthAuthenticationError', user: 'UserAuthenticationError' } as const;

/** To somebody who is not known. */
export function unknownError(client: ClientKind, credentials: Credentials): RefusedError {
  if (client === 'local') return AUTHENTICATION;
  const { kind } = credentials;
  const text = `Authentication failure of type "${kind}" occurred`;
  if (kind === 'user') return { name: NAMES.user, message: text };
  return { name: NAMES[kind], message: kind === 'token' ? `${text}.` : `${text} for user ${shown(credentials)}.` };
}

/** To somebody who is known and may not. */
export function forbiddenError(client: ClientKind, kind: Credentials['kind'], name: string): RefusedError {
  if (client === 'local' || kind === 'user') return AUTHORISATION;
  return { name: NAMES[kind], message: `Authentication failure of type "${kind}" occurred for user ${name}.` };
}

function shown(credentials: Credentials): string {
  return credentials.kind === 'eauth' && typeof credentials.username === 'string' ? credentials.username : 'UNKNOWN';
}
