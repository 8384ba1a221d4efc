/** Why a request would be allowed or refused: every source of rights that the user has, judged by the gate itself. */
import type { AccessQuestion } from '../../kernel/contract/ports.js';
import { isMap, isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import type { Access, Wanted } from './authorise.js';
import { configured, publisherRights, type Identity } from './identity.js';

export interface ExplainParts {
  readonly access: Pick<Access, 'judge'>;
  readonly opts: Readonly<PlainMap>;
  readonly masterUser: string;
  readonly expected: (wanted: Wanted) => readonly string[];
}

/** `decision` is that of the first source that allows; `rules` has what each says. */
export function explain({ user, client, fun, arg, kwarg, tgt, tgtType, groups }: AccessQuestion, parts: ExplainParts): PlainMap {
  const wanted: Wanted = { fun, arg, kwarg, tgt, tgtType, delimiter: ':' };
  const judged = identitiesOf(user, groups, parts).map(([source, identity]) => {
    const { kind, rule } = parts.access.judge(identity, { client, asks: client === 'local' ? 'job' : 'function' }, wanted);
    return { source, kind, rule };
  });
  const first = judged.find(({ kind }) => kind === 'allowed') ?? judged[0];
  return {
    user, client, fun: typeof fun === 'string' ? fun : [...fun],
    ...(client === 'local' ? { tgt, tgt_type: tgtType, minions: [...parts.expected(wanted)].sort() } : {}),
    decision: first?.kind ?? 'refused', rule: first?.rule ?? 'no source of rights names this user',
    rules: Object.fromEntries(judged.map(({ source, kind, rule }) => [source, `${kind}: ${rule}`])),
  };
}

function identitiesOf(name: string, groups: readonly string[], { opts, masterUser }: ExplainParts): [string, Identity][] {
  const { publisher_acl: acl, external_auth: external } = opts;
  const isMaster = name === 'root' || name === masterUser;
  const local: Identity = { name, by: 'user', eauth: '', rights: isMaster ? undefined : publisherRights(isPlainMap(acl) ? acl : {}, name) };
  const plugins = isPlainMap(external) ? Object.keys(external).filter((eauth) => isMap(external[eauth])) : [];
  const logins = plugins.map((eauth): [string, Identity] => [`external_auth:${eauth}`, { name, by: 'eauth', eauth, rights: configured({ eauth, name, groups }, opts) }]);
  return [['local user', local], ...logins];
}
