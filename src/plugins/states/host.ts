/** Names in the static host table. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { parseIpAddress } from '../../kernel/std/ip-address.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';

/** One edit of the table: what it does, how it is told, and under which heading its change stands. */
interface Edit {
  readonly heading: 'added' | 'comment_added' | 'removed';
  readonly address: string;
  readonly what: string;
  readonly fun: string;
  readonly planned: string;
  readonly made: string;
  readonly failed: string;
}

const addition = (name: string, address: string): Edit => ({
  heading: 'added', address, what: name, fun: 'hosts.add_host',
  planned: `Host ${name} (${address}) would be added`, made: `Added host ${name} (${address})`, failed: `Failed to add host ${name} (${address})`,
});
const commenting = (comment: string, address: string): Edit => ({
  heading: 'comment_added', address, what: comment, fun: 'hosts.set_comment',
  planned: `Comment for ${address} (${comment}) would be added`, made: `Set comment for host ${address} (${comment})`,
  failed: `Failed to add comment for host ${address} (${comment})`,
});
const removal = (name: string, address: string): Edit => ({
  heading: 'removed', address, what: name, fun: 'hosts.rm_host',
  planned: `Host ${name} (${address}) would be removed`, made: `Removed host ${name} (${address})`, failed: `Failed to remove host ${name} (${address})`,
});

interface Plan {
  readonly edits: Edit[];
  readonly comments: string[];
  readonly warnings: string[];
  valid: boolean;
}

const otherAddress = (name: string, address: string): string =>
  `Host ${name} present for IP address ${address}. To get rid of this warning, either run this state with 'clean' set to True to remove ${name} from ${address}, or add ${address} to the 'ip' argument.`;

interface Wish {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly comment: string;
  readonly clean: boolean;
}

/** An address the table has: what is to be done with its line. */
function planLine(plan: Plan, address: string, line: ValueMap, wish: Wish): void {
  const { name, comment } = wish;
  const names = mapGet(line, 'aliases');
  const isNamed = Array.isArray(names) && (names as readonly Value[]).includes(name);
  if (!wish.addresses.includes(address)) {
    if (!isNamed) return;
    if (wish.clean) plan.edits.push(removal(name, address));
    else plan.warnings.push(otherAddress(name, address));
  } else if (isNamed) {
    if (comment !== '' && mapGet(line, 'comment') !== comment) plan.edits.push(commenting(comment, address));
    else plan.comments.push(`Host ${name} (${address}) already present`);
  } else if (parseIpAddress(address) !== undefined) {
    plan.edits.push(addition(name, address), ...(comment === '' ? [] : [commenting(comment, address)]));
  } else {
    plan.valid = false;
    plan.comments.push(`Invalid IP Address for ${name} (${address})`);
  }
}

function planOf(table: ValueMap, wish: Wish): Plan {
  const plan: Plan = { edits: [], comments: [], warnings: [], valid: true };
  for (const address of wish.addresses) {
    if (mapGet(table, address) !== undefined) continue;
    plan.edits.push(addition(wish.name, address), ...(wish.comment === '' ? [] : [commenting(wish.comment, address)]));
  }
  for (const [address, line] of mapEntries(table)) planLine(plan, str(address), isMap(line) ? line : {}, wish);
  // Salt adds all names, then sets comments, then removes.
  const rank = { added: 0, comment_added: 1, removed: 2 };
  plan.edits.sort((a, b) => rank[a.heading] - rank[b.heading]);
  return plan;
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const plan = planOf(await ctx.call('hosts.list_hosts') as ValueMap, wish);
  const changes: Record<string, Record<string, string[]>> = {};
  let result: boolean | null = plan.valid;
  for (const edit of plan.edits) {
    // A comment alone does not make a test run say that something would change.
    if (ctx.test && edit.heading !== 'comment_added') result = null;
    const worked = ctx.test || isTruthy(await ctx.call(edit.fun, [edit.address, edit.what]));
    plan.comments.push(!worked ? edit.failed : ctx.test ? edit.planned : edit.made);
    if (worked) ((changes[edit.heading] ??= {})[edit.address] ??= []).push(edit.what);
    else result = false;
  }
  const outcome = { name: wish.name, changes, result, comment: plan.comments.join('\n') };
  return plan.warnings.length === 0 ? outcome : { ...outcome, warnings: plan.warnings };
}

async function absent(name: string, addresses: readonly string[], ctx: Context): Promise<PlainMap> {
  const comments: string[] = [];
  let changes: PlainMap = {};
  let result: boolean | null = null;
  for (const address of addresses) {
    if (!isTruthy(await ctx.call('hosts.has_pair', [address, name]))) {
      result = true;
      comments.push(`Host ${name} (${address}) already absent`);
    } else if (ctx.test) {
      comments.push(`Host ${name} (${address}) needs to be removed`);
    } else {
      result = isTruthy(await ctx.call('hosts.rm_host', [address, name]));
      if (result) changes = { host: name };
      comments.push(result ? `Removed host ${name} (${address})` : 'Failed to remove host');
    }
  }
  return { name, changes, result, comment: comments.join('\n') };
}

async function only(address: string, names: readonly string[], ctx: Context): Promise<PlainMap> {
  const before = (await ctx.call('hosts.get_alias', [address]) as readonly string[]).join(' ');
  const wanted = names.map((name) => name.trim()).join(' ');
  if (before === wanted) return done(address, `IP address ${address} already set to "${wanted}"`);
  if (ctx.test) return wouldChange(address, `Would change ${address} from "${before}" to "${wanted}"`);
  if (!isTruthy(await ctx.call('hosts.set_host', [address, wanted]))) {
    return failed(address, `hosts.set_host failed to change ${address} from "${before}" to "${wanted}"`);
  }
  return done(address, `successfully changed ${address} from "${before}" to "${wanted}"`, { [address]: { old: before, new: wanted } });
}

const texts = (value: Value): string[] => (Array.isArray(value) ? (value as readonly Value[]).map(str) : [str(value)]);

export default defineState({
  name: 'host',
  quickGrains: true,
  doc: 'Names in the static host table.',
  functions: {
    present: fn({
      doc: 'Make sure that a name stands at the given addresses; with `clean` at no others.',
      params: { name: p.string(), ip: p.any(), comment: p.string(''), clean: p.any(false) },
      run: ({ name, ip, comment, clean }, ctx) => present({ name, addresses: texts(ip), comment, clean: isTruthy(clean) }, ctx),
    }),
    absent: fn({
      doc: 'Make sure that a name does not stand at the given addresses.',
      params: { name: p.string(), ip: p.any() },
      run: ({ name, ip }, ctx) => absent(name, texts(ip), ctx),
    }),
    only: fn({
      doc: 'Make sure that an address has these names and no others.',
      params: { name: p.string(), hostnames: p.any() },
      run: ({ name, hostnames }, ctx) => only(name, texts(hostnames), ctx),
    }),
  },
});
