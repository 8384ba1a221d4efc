/** A part of the surface whose routes are declared with schemas: what is sent is checked against them, their description is made from them. */
import type { PlainMap } from '../../kernel/std/value.js';
import type { Answer, Ask } from './exchange.js';
import { describeRoutes, type Library, type LibraryRequest } from './fastify.js';
import { HttpError } from './http-error.js';

export interface Sent {
  readonly params: Readonly<Record<string, string>>;
  readonly query: PlainMap;
  /** Empty where the route takes none. */
  readonly body: PlainMap;
}

export interface DeclaredRoute {
  readonly method: string;
  /** Parts in braces are parameters: `/jobs/{jid}`. */
  readonly path: string;
  /** Undefined: not described, and the query is not checked. */
  readonly schema: { readonly querystring: object; readonly body?: object } | undefined;
  /** Before anything more is read. @throws HttpError */
  readonly admit: (ask: Ask) => void;
  readonly run: (ask: Ask, sent: Sent, describe: () => object) => Promise<Answer>;
}

export interface DeclaredPlace {
  /** As `/v1`. */
  readonly prefix: string;
  readonly about: object;
  readonly routes: readonly DeclaredRoute[];
  /** Gives what was sent, with defaults. @throws an error for `refused` */
  readonly check: (part: 'body' | 'query', schema: object, value: unknown) => PlainMap;
  /** @throws HttpError */
  readonly readBody: (type: string | undefined, bytes: Buffer) => unknown;
  /** Undefined: not an error of this place. */
  readonly refused: (error: unknown, ask: Ask) => Answer | undefined;
}

export interface PlaceHost {
  readonly askFor: (request: LibraryRequest) => Ask;
  readonly answer: (request: LibraryRequest, reply: Parameters<Parameters<Library['setErrorHandler']>[0]>[2], work: () => Promise<Answer>) => Promise<unknown>;
  readonly failure: (error: unknown, ask: Ask, refused: DeclaredPlace['refused']) => Answer;
}

export async function declarePlace(root: Library, place: DeclaredPlace, { askFor, answer, failure }: PlaceHost): Promise<void> {
  await root.register(async (app) => {
    const describe = await describeRoutes(app, place.about);
    app.setValidatorCompiler<object>(({ schema, httpPart }) => (value) => {
      try {
        // Headers are described alone: requests have others besides.
        return { value: httpPart === 'headers' ? value : place.check(httpPart === 'body' ? 'body' : 'query', schema, value) };
      } catch (error) {
        return { error: error as Error };
      }
    });
    app.setSerializerCompiler(() => (value) => JSON.stringify(value));
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
      try {
        done(null, request.routeOptions.schema?.body === undefined ? undefined : place.readBody(request.headers['content-type'], bytes as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
    app.setErrorHandler((error, request, reply) => answer(request, reply, () => Promise.resolve(failure(error, askFor(request), place.refused))));
    app.setNotFoundHandler(() => {
      throw new HttpError(404, 'There is no such resource');
    });
    for (const { method, path, schema, admit, run } of place.routes) {
      app.route<{ Params: Record<string, string>; Querystring: PlainMap; Body: PlainMap | undefined }>({
        method, url: addressOf(path), schema: schema ?? { hide: true },
        onRequest: (request, _reply, done) => {
          admit(askFor(request));
          done();
        },
        handler: (request, reply) => answer(request, reply, () => run(askFor(request), { params: request.params, query: request.query, body: request.body ?? {} }, describe)),
      });
    }
    refuseOtherMethods(app, place.routes);
  }, { prefix: place.prefix });
}

/** The library would say that there is no such resource. */
function refuseOtherMethods(app: Library, routes: readonly DeclaredRoute[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method);
    app.route({
      method: app.supportedMethods.filter((method) => !allowed.includes(method)), url: addressOf(path), schema: { hide: true },
      onRequest: () => {
        throw new HttpError(405, undefined, { Allow: allowed.join(', ') });
      },
      handler: () => undefined,
    });
  }
}

const addressOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');
