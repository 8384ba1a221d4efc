/** Policies of paths and ports. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface FilePolicy {
  readonly name: string;
  readonly filetype: Value;
  readonly sel_type: Value;
  readonly sel_user: Value;
  readonly sel_level: Value;
}
const mapOf = (value: Value): PlainMap | undefined => (isPlainMap(value) && isTruthy(value) ? value : undefined);
const policyOf = async (fun: 'fcontext' | 'port', wanted: PlainMap, ctx: Context): Promise<PlainMap | undefined> => mapOf(await ctx.call(`selinux.${fun}_get_policy`, [], wanted));
const ended = (answer: Value): boolean => isPlainMap(answer) && answer['retcode'] === 0;

/** Differs: a path that has another type tells it as the old one, and a test run foretells the changes; Salt sees no old policy. */
export async function filePresent(wish: FilePolicy, ctx: Context): Promise<PlainMap> {
  const { name, filetype, sel_type } = wish;
  const kind = str(await ctx.call('selinux.filetype_id_to_string', [filetype]));
  if (await policyOf('fcontext', { ...wish }, ctx) !== undefined) return done(name, `SELinux policy for "${name}" already present with specified filetype "${kind}" and sel_type "${str(sel_type)}".`);
  const other = await policyOf('fcontext', { name, filetype }, ctx);
  const changes = other === undefined ? { old: {}, new: { [name]: { filetype: kind, sel_type } } } : { old: { [name]: { sel_type: other['sel_type'] ?? null } }, new: { [name]: { sel_type } } };
  if (ctx.test) return wouldChange(name, '', changes);
  const answer = await ctx.call('selinux.fcontext_add_policy', [], { ...wish });
  return ended(answer) ? done(name, '', changes) : failed(name, `Error adding new rule: ${str(answer)}`);
}

export async function fileAbsent(wish: FilePolicy, ctx: Context): Promise<PlainMap> {
  const { name, filetype, sel_type } = wish;
  const policy = await policyOf('fcontext', { ...wish }, ctx);
  if (policy === undefined) return done(name, `SELinux policy for "${name}" already absent with specified filetype "${str(filetype)}" and sel_type "${str(sel_type)}".`);
  const changes = { old: { [name]: policy }, new: {} };
  if (ctx.test) return wouldChange(name, '', changes);
  const answer = await ctx.call('selinux.fcontext_delete_policy', [], { ...wish, sel_type: isTruthy(sel_type) ? sel_type : policy['sel_type'] ?? null });
  // Differs: a policy that stays is no change; Salt tells it as gone.
  return ended(answer) ? done(name, '', changes) : failed(name, `Error removing policy: ${str(answer)}`);
}

export async function fileApplied(name: string, recursive: boolean, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('selinux.fcontext_policy_is_applied', [name, recursive]) === '') return done(name, `SElinux policies are already applied for filespec "${name}"`);
  if (ctx.test) return wouldChange(name, '');
  const answer = await ctx.call('selinux.fcontext_apply_policy', [name, recursive]);
  return ended(answer) ? done(name, '', mapOf((answer as PlainMap)['changes'] ?? null) ?? {}) : failed(name, str(answer));
}

export interface PortPolicy {
  readonly name: string;
  readonly sel_type: Value;
  readonly protocol: Value;
  readonly port: Value;
}
const portWords = ({ name, sel_type, protocol, port }: PortPolicy, how: string): string => `SELinux policy for "${name}" already ${how} with specified sel_type "${str(sel_type)}", protocol "${str(protocol)}" and port "${str(port)}".`;

export async function portPresent(wish: PortPolicy & { readonly sel_range: Value }, ctx: Context): Promise<PlainMap> {
  const { name, protocol, port, sel_range, ...typed } = { ...wish };
  if (await policyOf('port', { name, protocol, port, ...typed }, ctx) !== undefined) return done(name, portWords(wish, 'present'));
  if (ctx.test) return wouldChange(name, '');
  const old = await policyOf('port', { name, protocol, port }, ctx);
  const answer = await ctx.call(`selinux.port_${old === undefined ? 'add' : 'modify'}_policy`, [], { ...wish, sel_range });
  if (!ended(answer)) return failed(name, `Error adding new policy: ${str(answer)}`);
  return done(name, '', { old: old ?? null, new: await policyOf('port', { name, protocol, port, ...typed }, ctx) ?? null });
}

export async function portAbsent(wish: PortPolicy, ctx: Context): Promise<PlainMap> {
  const { name, protocol, port } = wish;
  const old = await policyOf('port', { ...wish }, ctx);
  if (old === undefined) return done(name, portWords(wish, 'absent'));
  if (ctx.test) return wouldChange(name, '');
  const answer = await ctx.call('selinux.port_delete_policy', [], { name, protocol, port });
  if (!ended(answer)) return failed(name, `Error deleting policy: ${str(answer)}`);
  return done(name, '', { old, new: await policyOf('port', { ...wish }, ctx) ?? null });
}
