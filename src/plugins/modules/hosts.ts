/** Reads and edits the static host table. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, mapFrom, type Value } from '../../kernel/std/value.js';
import { entryOf, readTable, removeName, replaceAddress, writeTable, type HostTable } from './hosts/table.js';

const pathOf = async (ctx: Context): Promise<string> => str(await ctx.call('config.option', ['hosts.file']));
const table = async (ctx: Context): Promise<HostTable> => readTable((await ctx.sys.readText(await pathOf(ctx))) ?? '');

/** Text of the table for an edit, empty when there is no file yet; undefined when the path is no file. */
async function textToEdit(path: string, ctx: Context): Promise<string | undefined> {
  if (!(await ctx.sys.exists(path))) return '';
  return (await ctx.sys.fs.stat(path)).isFile() ? ctx.sys.fs.readFile(path, 'utf8') : undefined;
}

/** In containers the table is often a mount of its own, which cannot be replaced by rename. */
async function save(path: string, text: string, ctx: Context): Promise<void> {
  try {
    await ctx.sys.writeFile(path, text);
  } catch (err) {
    if (!isOsError(err, 'EBUSY') && !isOsError(err, 'EXDEV')) throw err;
    await ctx.sys.fs.writeFile(path, text);
  }
}

/** Edits the text of the table; false when it is no file. */
async function edit(change: (text: string) => string, ctx: Context): Promise<boolean> {
  const path = await pathOf(ctx);
  const text = await textToEdit(path, ctx);
  if (text === undefined) return false;
  await save(path, change(text), ctx);
  return true;
}

async function namesOf(address: string, ctx: Context): Promise<readonly string[] | undefined> {
  const entry = (await table(ctx)).get(address);
  return entry !== undefined && 'names' in entry ? entry.names : undefined;
}

async function hasPair(address: string, alias: Value, ctx: Context): Promise<boolean> {
  const names = await namesOf(address, ctx);
  const wanted: readonly Value[] = isList(alias) ? alias : [alias];
  return names !== undefined && wanted.every((name) => (names as readonly Value[]).includes(name));
}

/** A part of a line: what would begin another line is refused. */
function oneLine(text: string): string {
  if (/[\n\r\0]/.test(text)) throw new InvocationError('An entry of the host table must be one line');
  return text;
}

export default defineModule({
  name: 'hosts',
  doc: 'Reads and edits the static host table, the file of the option `hosts.file`.',
  functions: {
    list_hosts: fn({
      doc: "Give the table: names and comment by address, whole-line comments by number.\n\nsalt '*' hosts.list_hosts",
      run: async (_args, ctx) => mapFrom([...await table(ctx)].map(([address, entry]): [string, Value] =>
        [address, 'names' in entry ? { aliases: entry.names, ...(entry.comment === undefined ? {} : { comment: entry.comment }) } : entry])),
    }),
    get_ip: fn({
      doc: "Give the first address listed for a host name, or an empty text.\n\nsalt '*' hosts.get_ip web1",
      params: { host: p.string() },
      async run({ host }, ctx) {
        for (const [address, entry] of await table(ctx)) if ('names' in entry && entry.names.includes(host)) return address;
        return '';
      },
    }),
    get_alias: fn({
      doc: "Give the host names of an address.\n\nsalt '*' hosts.get_alias 192.0.2.7",
      params: { ip: p.string() },
      run: async ({ ip }, ctx) => (await namesOf(ip, ctx)) ?? [],
    }),
    has_pair: fn({
      doc: "Say whether an address has a host name, or all of a list.\n\nsalt '*' hosts.has_pair 192.0.2.7 web1",
      params: { ip: p.string(), alias: p.any() },
      run: ({ ip, alias }, ctx) => hasPair(ip, alias, ctx),
    }),
    set_host: fn({
      doc: "Set the host names of an address in place of those it has; none removes it.\n\nsalt '*' hosts.set_host 192.0.2.7 'web1 www'",
      params: { ip: p.string(), alias: p.string(), comment: p.string(null) },
      run: ({ ip, alias, comment }, ctx) =>
        edit((text) => replaceAddress(text, oneLine(ip), oneLine(alias), comment === null ? null : oneLine(comment)), ctx),
    }),
    rm_host: fn({
      doc: "Remove a host name of an address.\n\nsalt '*' hosts.rm_host 192.0.2.7 web1",
      params: { ip: p.string(), alias: p.string() },
      async run({ ip, alias }, ctx) {
        if (await hasPair(ip, alias, ctx)) await edit((text) => removeName(text, ip, alias), ctx);
        return true;
      },
    }),
    add_host: fn({
      doc: "Add a host name to an address.\n\nsalt '*' hosts.add_host 192.0.2.7 web1",
      params: { ip: p.string(), alias: p.string() },
      run: ({ ip, alias }, ctx) => edit((text) => {
        const hosts = readTable(text);
        const { names } = entryOf(hosts, oneLine(ip));
        if (names.includes(alias)) return text;
        names.push(oneLine(alias));
        return writeTable(hosts);
      }, ctx),
    }),
    set_comment: fn({
      doc: "Set the comment of an address; False when the table has not got it.\n\nsalt '*' hosts.set_comment 192.0.2.7 'the web server'",
      params: { ip: p.string(), comment: p.string() },
      async run({ ip, comment }, ctx) {
        const names = await namesOf(ip, ctx);
        if (names === undefined) return false;
        return edit((text) => {
          const hosts = readTable(text);
          const entry = entryOf(hosts, ip);
          if (entry.comment === comment) return text;
          entry.comment = oneLine(comment);
          return writeTable(hosts);
        }, ctx);
      },
    }),
  },
});
