/** The names of this host. Source: read and observed, Salt 3008.3 and Python 3.11 `socket.getfqdn`. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { fields, runAll } from '../lookup/programs.js';

const LOOKUP_MS = 5000;

async function getent(ctx: Context, database: string, key: string): Promise<string> {
  if ((await ctx.sys.which('getent')) === undefined) return '';
  const { code, stdout } = await ctx.sys.run(['getent', database, '--', key], { timeoutMs: LOOKUP_MS, signal: ctx.signal });
  return code === 0 ? Buffer.from(stdout).toString('utf8') : '';
}

/** The first name with a dot that an address leads back to, else its canonical one; undefined without any. */
export async function nameOfAddress(address: string, ctx: Context): Promise<string | undefined> {
  const [, ...names] = fields((await getent(ctx, 'hosts', address)).split('\n')[0] ?? '');
  return names.find((name) => name.includes('.')) ?? names[0];
}

export async function fullName(ctx: Context): Promise<string> {
  const name = ctx.sys.hostname();
  const [address] = fields((await getent(ctx, 'ahosts', name)).split('\n')[0] ?? '');
  return (address === undefined ? undefined : await nameOfAddress(address, ctx)) ?? name;
}

/** The name that the machine has by its own setting. */
async function oldName(program: string, ctx: Context): Promise<string> {
  if (!program.endsWith('hostnamectl')) return fullName(ctx);
  const { retcode, stdout } = await runAll(ctx, [program, 'status']);
  if (retcode !== 0) return ctx.sys.hostname();
  const line = splitLines(stdout).find((one) => one.split(':')[0]?.includes('Static hostname') === true);
  if (line === undefined) throw new PythonError('UnboundLocalError', "cannot access local variable 'o_hostname' where it is not associated with a value");
  return line.split(':')[1]?.trim() ?? '';
}

/** Names the machine anew, at once and in its files. */
export async function setHostName(hostname: string, ctx: Context): Promise<boolean> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(hostname)) throw new InvocationError(`Host name '${hostname}' is not valid`);
  const program = await ctx.sys.which('hostnamectl') ?? await ctx.sys.which('hostname');
  if (program === undefined) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'endswith'");
  const before = await oldName(program, ctx);
  const byDaemon = program.endsWith('hostnamectl');
  const { retcode, stderr } = await runAll(ctx, byDaemon ? [program, 'set-hostname', hostname] : [program, hostname]);
  if (byDaemon && retcode !== 0) {
    ctx.log.debug({ program, stderr }, 'host name not set');
    return false;
  }
  await renameInHosts(before, hostname, ctx);
  await writeOwnFile(hostname, ctx);
  return true;
}

/** Every line is written anew with tabs, as Salt does (observed). */
async function renameInHosts(before: string, after: string, ctx: Context): Promise<void> {
  const lines = splitLines(await ctx.sys.readText('/etc/hosts') ?? '').map((line) => {
    const words = fields(line);
    const at = words.indexOf(before);
    if (at >= 0) words[at] = after;
    return `${words.join('\t')}\n`;
  });
  await ctx.sys.writeFile('/etc/hosts', lines.join(''));
}

async function writeOwnFile(hostname: string, ctx: Context): Promise<void> {
  if (ctx.grains['os_family'] === 'Debian') await ctx.sys.writeFile('/etc/hostname', `${hostname}\n`);
  if (ctx.grains['os_family'] !== 'RedHat') return;
  const path = '/etc/sysconfig/network';
  const text = (await ctx.sys.readText(path) ?? '').replace(/^HOSTNAME=(["']?).*$/gm, (_line, quote: string) => `HOSTNAME=${quote}${hostname}${quote}`);
  await ctx.sys.writeFile(path, text);
}
