/** Programs that supervisord keeps running. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandNotFoundError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { programOptions } from './supervisord/conf.js';

const PROGRAM = 'supervisorctl';
/** Differs: Salt 3008.3 takes this answer for an error, and its first line for a process `ERROR:`. Source: observed, supervisor 4.2. */
const SOME_DO_NOT_RUN = 3;

interface Where {
  readonly user: string | null;
  readonly conf_file: string | null;
  readonly bin_env: string | null;
}

async function programPath(given: string | null, ctx: Context): Promise<string> {
  const missing = new CommandNotFoundError(`Could not find a \`${PROGRAM}\` binary`);
  if (given === null || given === '') {
    const found = await ctx.sys.which(PROGRAM);
    if (found === undefined) throw missing;
    return found;
  }
  if (!await ctx.sys.exists(given) || !(await ctx.sys.fs.stat(given)).isDirectory()) return given;
  const path = join(given, 'bin', PROGRAM);
  if (!await ctx.sys.exists(path)) throw missing;
  return path;
}

/** The answer of a command; the program reads a line, so a word may bring no second one. */
async function control(words: readonly string[], where: Where, ctx: Context): Promise<string> {
  if (words[0]?.startsWith('-') === true || words.some((word) => /[\r\n\0]/.test(word))) throw new InvocationError(`'${words.join(' ')}' is no command of ${PROGRAM}`);
  const conf = where.conf_file === null ? [] : ['-c', where.conf_file];
  const argv = [await programPath(where.bin_env, ctx), ...conf, ...words.filter((word) => word !== '')];
  const done = await ctx.call('cmd.run_all', [argv], { runas: where.user, python_shell: false }) as PlainMap;
  const told = str(done['stdout'] ?? '');
  const isAnswer = done['retcode'] === 0 || (words[0] === 'status' && done['retcode'] === SOME_DO_NOT_RUN);
  return isAnswer || told.includes('ERROR') ? told : `ERROR: ${told}`;
}

/** `web:*` means the group `web:` to commands for processes, and `web` to those for groups. */
const processName = (name: string): string => (name.endsWith(':*') ? name.slice(0, -1) : name);
const groupName = (name: string): string => name.replace(/:\*?$/, '');

const where = { user: p.string(null), conf_file: p.string(null), bin_env: p.string(null, 'the program, or a folder with bin/supervisorctl') };

const onProcess = (verb: string, doc: string): Fn => fn({
  doc: `${doc}\n\nsalt '*' supervisord.${verb} <service>\nsalt '*' supervisord.${verb} <group>:`,
  params: { name: p.string('all'), ...where },
  run: (args, ctx) => control([verb, processName(args.name)], args, ctx),
});

const onGroup = (verb: string, doc: string): Fn => fn({
  doc: `${doc}\n\nsalt '*' supervisord.${verb} <name>`,
  params: { name: p.string(), ...where },
  run: (args, ctx) => control([verb, groupName(args.name)], args, ctx),
});

/** Name, state and the rest of a line of `status`. */
function readStatus(line: string): readonly [name: string, state: string, reason: string] {
  const [, name = '', state = '', reason = ''] = /^\s*(\S+)\s*(\S*)\s*(.*)$/.exec(line) ?? [];
  return [name, state, reason];
}

export default defineModule({
  name: 'supervisord',
  doc: 'Starts, stops and lists programs that supervisord keeps running.',
  functions: {
    start: onProcess('start', 'Start a process, a group, or all.'),
    restart: onProcess('restart', 'Start a process, a group, or all anew.'),
    stop: onProcess('stop', 'Stop a process, a group, or all.'),
    add: onGroup('add', 'Make what the configuration says of a group work.'),
    remove: onGroup('remove', 'Take a group away.'),
    reread: fn({
      doc: "Read the configuration again.\n\nsalt '*' supervisord.reread",
      params: where,
      run: (args, ctx) => control(['reread'], args, ctx),
    }),
    update: fn({
      doc: "Read the configuration again and make it work, for one group or all.\n\nsalt '*' supervisord.update",
      params: { ...where, name: p.string(null) },
      run: (args, ctx) => control(['update', groupName(args.name ?? '')], args, ctx),
    }),
    status: fn({
      doc: "Give state and further facts by process.\n\nsalt '*' supervisord.status",
      params: { name: p.string(null), ...where },
      async run(args, ctx) {
        const lines = splitLines(await control(['status', args.name ?? ''], args, ctx)).map(readStatus);
        return Object.fromEntries(lines.map(([name, state, reason]) => [name, { state, reason }]));
      },
    }),
    status_raw: fn({
      doc: "Give the words of `supervisorctl status`.\n\nsalt '*' supervisord.status_raw",
      params: { name: p.string(null), ...where },
      run: (args, ctx) => control(['status', args.name ?? ''], args, ctx),
    }),
    custom: fn({
      doc: "Run any command of supervisorctl.\n\nsalt '*' supervisord.custom \"mstop '*gunicorn*'\"",
      params: { command: p.string(), ...where },
      run: (args, ctx) => control([args.command], args, ctx),
    }),
    options: fn({
      doc: "Give the options that the configuration has for a program.\n\nsalt '*' supervisord.options foo",
      params: { name: p.string(), conf_file: p.string(null) },
      run: (args, ctx) => programOptions(args.name, args.conf_file, ctx),
    }),
    status_bool: fn({
      doc: "Say whether a process is there, or has a state.\n\nsalt '*' supervisord.status_bool nginx expected_state=RUNNING",
      params: { name: p.string(), expected_state: p.string(null), ...where },
      async run(args, ctx) {
        const [process, state, reason] = readStatus(splitLines(await control(['status', args.name], args, ctx)).at(-1) ?? '');
        return reason !== '(no such process)' && process === args.name && (args.expected_state === null || state === args.expected_state);
      },
    }),
  },
});
