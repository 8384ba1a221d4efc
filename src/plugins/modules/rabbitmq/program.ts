/** How rabbitmqctl is asked: words from a list, passwords at its input, tables as JSON. Observed with RabbitMQ 3.10.8. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { runAll, type Done } from '../lookup/programs.js';

export interface AskOptions {
  readonly runas: string | null;
  /** Given at its input: a list of processes shows none of it. Differs: Salt puts passwords among the words. */
  readonly stdin?: string;
}

/** Debian puts a script before the program, which hands its words to a shell: `$(id)` in a name would run. */
const WRAPPER = '/usr/sbin/rabbitmqctl';
const BEHIND_WRAPPER = '/usr/lib/rabbitmq/bin/rabbitmqctl';
const HOME = '/var/lib/rabbitmq';
const OWNER = 'rabbitmq';

async function programOf({ runas }: AskOptions, ctx: Context): Promise<{ path: string; options: PlainMap }> {
  const path = await ctx.sys.which('rabbitmqctl');
  if (path === undefined) throw new CommandExecutionError('rabbitmqctl is not installed');
  const options = runas === null ? {} : { runas };
  if (path !== WRAPPER || !(await ctx.sys.exists(BEHIND_WRAPPER))) return { path, options };
  return { path: BEHIND_WRAPPER, options: { runas: runas === null || runas === 'root' ? OWNER : runas, cwd: HOME, env: { HOME } } };
}

/** Runs a command and gives what came of it. */
export async function rabbitmqctl(words: readonly string[], asked: AskOptions, ctx: Context): Promise<Done> {
  const { path, options } = await programOf(asked, ctx);
  const secret = asked.stdin === undefined ? {} : { stdin: asked.stdin, output_loglevel: 'quiet' };
  const done = await runAll(ctx, [path, ...words], { reset_system_locale: false, ...options, ...secret });
  return asked.stdin === undefined ? done : { ...done, stdout: done.stdout.replace(/^Password: ?\n?/m, '').trimEnd() };
}

export const failedWith = (said: string): never => {
  throw new CommandExecutionError(`RabbitMQ command failed: ${said}`);
};

/** Its output. @throws CommandExecutionError in its words */
export function outputOf(done: Done): string {
  return done.retcode !== 0 || done.stderr !== '' ? failedWith(done.stderr === '' ? done.stdout : done.stderr) : done.stdout;
}

/** Rows of a list. Differs: as JSON; Salt cuts a table at its blanks, and takes its headings for a row. */
export async function rowsOf(words: readonly string[], asked: AskOptions, ctx: Context): Promise<PlainMap[]> {
  const [command = '', ...rest] = words;
  const text = outputOf(await rabbitmqctl([command, '--quiet', '--formatter=json', ...rest], asked, ctx));
  const rows: unknown = text.trim() === '' ? [] : parsed(text);
  return (Array.isArray(rows) ? rows : []).filter((row): row is PlainMap => isPlainMap(row));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandExecutionError(`RabbitMQ gave a list that cannot be read: ${text.slice(0, 200)}`, { cause: error });
  }
}

export const vhostWord = (vhost: string): string => `--vhost=${vhost}`;

/** The program for plugins; older packages of Debian hide it. */
export async function pluginWords(ctx: Context): Promise<string> {
  return await ctx.sys.which('rabbitmq-plugins') ?? '/usr/lib/rabbitmq/bin/rabbitmq-plugins';
}
