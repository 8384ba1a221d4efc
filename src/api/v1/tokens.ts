/** Logging in, and who one is. */
import Type from 'typebox';
import { HttpError } from '../http/http-error.js';
import type { KnownToken } from '../door/master-door.js';
import { json, type Call, type Route, type V1Host } from './route.js';

const Credentials = Type.Object({ username: Type.String({ minLength: 1 }), password: Type.String(), eauth: Type.String({ minLength: 1 }), token_expire: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Seconds' })) }, { additionalProperties: false });
const Known = Type.Object({ user: Type.String(), eauth: Type.String(), expires: Type.String({ format: 'date-time' }) });

const factsOf = ({ name, eauth, expireSeconds }: KnownToken) => ({ user: name, eauth, expires: new Date(expireSeconds * 1000).toISOString() });

async function make({ ask, body }: Call, { door }: V1Host) {
  const known = await door.login({ login: body, address: ask.address, signal: ask.signal });
  if (known === undefined) throw new HttpError(401, 'Name, password or eauth is wrong');
  return json({ token: known.token, ...factsOf(known) }, { status: 201 });
}

async function show({ ask, token }: Call, { door }: V1Host) {
  const known = await door.look(token, { address: ask.address, signal: ask.signal });
  if (known === undefined) throw new HttpError(401);
  return json(factsOf(known));
}

async function end({ ask, token }: Call, { door, validity }: V1Host) {
  if (!await door.revoke(token, { address: ask.address, signal: ask.signal })) throw new HttpError(401);
  validity.revoked(token);
  return { status: 204, headers: {}, body: '' };
}

export const tokenRoutes: readonly Route[] = [
  { method: 'POST', path: '/tokens', summary: 'Log in; gives a token for the header `Authorization: Bearer`', isOpen: true, body: Credentials, answers: { status: 201, schema: Type.Intersect([Known, Type.Object({ token: Type.String() })]) }, run: make },
  { method: 'GET', path: '/tokens/current', summary: 'Who I am', answers: { status: 200, schema: Known }, run: show },
  { method: 'DELETE', path: '/tokens/current', summary: 'End my token', answers: { status: 204 }, run: end },
];
