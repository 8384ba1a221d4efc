/** Finds the resource of a request and lets it answer, in the order of the original: place, method, login, address, then the work. */
import type { Answer, Ask } from '../http/exchange.js';
import { headerOf } from '../http/exchange.js';
import { errorPage, HttpError } from '../http/http-error.js';
import { resourcesOf } from './resources.js';
import { cookieText, newSessionId, shownId } from './sessions.js';
import type { Resource, SaltHost } from './salt-host.js';
import { fileAnswer } from './static.js';
import { UnexpectedError } from './unexpected-error.js';
import { writerFor } from './forms.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

export function saltSurface(host: SaltHost): (ask: Ask) => Promise<Answer> {
  const resources = resourcesOf(host.options);
  return async (ask) => {
    if (host.options.addresses !== undefined && !host.options.addresses.includes(ask.address)) return errorPage(new HttpError(403, 'Bad IP'));
    const found = findIn(resources, ask);
    if (found === undefined) return ask.path === '/favicon.ico' && host.options.favicon !== undefined ? fileAnswer(host.options.favicon) : notFound(ask);
    const { resource, rest } = found;
    const answer = isConsole(ask, resource, host) ? await fileAnswer(String(host.options.app)) : await answerOf(resource, rest, ask, host);
    return withCookie(answer, resource, ask, host);
  };
}

function findIn(resources: ReadonlyMap<string, Resource>, { segments }: Ask): { resource: Resource; rest: readonly string[] } | undefined {
  // Names of hooks and folders may have several parts.
  for (let length = segments.length; length >= 0; length -= 1) {
    const resource = resources.get(segments.slice(0, length).join('/'));
    if (resource !== undefined) return segments.length - length <= resource.restMax ? { resource, rest: segments.slice(length) } : undefined;
  }
  return undefined;
}

const notFound = ({ path }: Ask): Answer => errorPage(new HttpError(404, `The path '${path}' was not found.`));

/** Browsers get the console, where there is one. */
function isConsole(ask: Ask, resource: Resource, { options }: SaltHost): boolean {
  return options.app !== undefined && ask.method === 'GET' && resource.hasSession && /^text\/html\b/.test(headerOf(ask, 'accept') ?? '');
}

async function answerOf(resource: Resource, rest: readonly string[], ask: Ask, host: SaltHost): Promise<Answer> {
  const methods = METHODS.filter((name) => (name === 'GET' || name === 'HEAD' ? resource.GET : name === 'POST' ? resource.POST : undefined) !== undefined);
  const allow = { Allow: methods.join(', ') };
  try {
    const run = ask.method === 'GET' || ask.method === 'HEAD' ? resource.GET : ask.method === 'POST' ? resource.POST : undefined;
    if (run === undefined) throw new HttpError(405);
    const session = resource.hasSession ? host.sessions.of(ask) : undefined;
    if (resource.isClosed === true && session === undefined) throw new HttpError(401);
    const answer = await run({ ask, rest, session }, host);
    return { ...answer, headers: { ...allow, ...answer.headers } };
  } catch (error) {
    const answer = error instanceof UnexpectedError ? unexpected(error, ask, host) : error instanceof HttpError ? errorPage(error) : undefined;
    if (answer === undefined) throw error;
    return { ...answer, headers: { ...allow, ...answer.headers } };
  }
}

/** Source: golden cli/api-fun-missing. */
function unexpected(error: UnexpectedError, ask: Ask, { options, log }: SaltHost): Answer {
  log.warn({ request: ask.id, reason: error.message }, 'request failed');
  return writerFor(ask)({ status: 500, return: options.isDebug ? error.message : 'An unexpected error occurred' }, { status: 500 });
}

/** The id that the client has, or a new one that means nothing yet. */
function withCookie(answer: Answer, resource: Resource, ask: Ask, { sessions }: SaltHost): Answer {
  const isWelcome = ask.segments.length === 0 && ask.method === 'GET';
  if (!resource.hasSession || isWelcome || 'Set-Cookie' in answer.headers) return answer;
  const shown = shownId(ask);
  const id = shown !== undefined && sessions.find(shown) !== undefined ? shown : newSessionId();
  return { ...answer, headers: { ...answer.headers, 'Set-Cookie': cookieText(id, ask) } };
}
