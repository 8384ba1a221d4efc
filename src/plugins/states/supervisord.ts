/**
 * Programs that supervisord keeps running. Source: read, Salt 3006 (3008 has the module without the state).
 *
 * Differs: a test run looks at what runs and foretells the changes, a group is dead when all of it is, and what cannot be stopped fails.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

interface Where extends PlainMap {
  readonly user: string | null;
  readonly conf_file: string | null;
  readonly bin_env: string | null;
}

const STOPPED = new Set(['STOPPED', 'STOPPING', 'EXITED', 'FATAL', 'BACKOFF']);
/** What is said of a wish that is fulfilled already. */
const HARMLESS = ['already started', 'not running', 'process group already active'];

const isError = (words: string): boolean => words.includes('ERROR') && !HARMLESS.some((text) => words.includes(text));

interface Found {
  /** `group` for a name that ends in a colon. */
  readonly kind: 'group' | 'service' | undefined;
  /** States of the processes of that name. */
  readonly states: readonly (readonly [process: string, state: string])[];
  /** Words of the program when it could not be asked. */
  readonly failure?: string;
}

async function find(name: string, where: Where, ctx: Context): Promise<Found> {
  const status = await ctx.call('supervisord.status', [], where);
  const all = Object.entries(isPlainMap(status) ? status : {}).map(([process, facts]) => [process, isPlainMap(facts) ? str(facts['state'] ?? '') : ''] as const);
  if (all.some(([process]) => process.startsWith('ERROR'))) return { kind: undefined, states: [], failure: str(await ctx.call('supervisord.status_raw', [], where)) };
  const isGroup = name.endsWith(':');
  const states = all.filter(([process]) => (isGroup ? process.startsWith(name) : process === name));
  return { kind: states.length === 0 ? undefined : isGroup ? 'group' : 'service', states };
}

/** Does one thing after another until one fails; gives what it said. */
async function inTurn(steps: readonly (readonly [fun: string, args: readonly string[]])[], where: Where, ctx: Context): Promise<string | undefined> {
  for (const [fun, args] of steps) {
    const words = str(await ctx.call(`supervisord.${fun}`, args, where));
    if (isError(words)) return words;
  }
  return undefined;
}

/** What a test run says will happen. */
function foretold(name: string, { kind, states }: Found, stopped: readonly string[]): string {
  const isGroup = name.endsWith(':');
  if (kind === undefined) return `${isGroup ? `Group '${name}'` : `Service ${name}`} will be added and started`;
  if (stopped.length === 0) return `Service ${name} will be restarted`;
  if (!isGroup) return `Service ${name} will be started`;
  return stopped.length === states.length ? `All services in group '${name}' will be started` : `The following services will be started: ${stopped.join(' ')}`;
}

async function running(given: string, options: { restart: boolean; update: boolean }, where: Where, ctx: Context): Promise<PlainMap> {
  const name = given.endsWith(':*') ? given.slice(0, -1) : given;
  let updated = '';
  if (options.update && !ctx.test) {
    updated = str(await ctx.call('supervisord.update', [], where));
    if (isError(updated)) return failed(name, updated);
  }
  const found = await find(name, where, ctx);
  if (found.failure !== undefined) return failed(name, found.failure);
  const what = found.kind === undefined ? '' : ` ${found.kind}`;
  const stopped = found.states.filter(([, state]) => STOPPED.has(state)).map(([process]) => process);
  const isRunning = found.kind !== undefined && stopped.length === 0;
  if (isRunning && updated.includes(`${name.replace(/:$/, '')}: updated`)) return done(name, `Not starting updated${what}: ${name}`, { [name]: 'Updating supervisor' });
  if (isRunning && !options.restart) {
    if (!ctx.test) return done(name, `Not starting already running${what}: ${name}`);
    return done(name, name.endsWith(':') ? `All services in group '${name}' are already running` : `Service ${name} is already running`);
  }
  const [verb, word] = isRunning ? ['restart', 'Restarting'] : ['start', 'Starting'];
  const comment = `${word}${what}: ${name}`;
  const changes = { [name]: found.kind === undefined ? `Adding service: ${name} ${comment}` : comment };
  if (ctx.test) return wouldChange(name, foretold(name, found, stopped), changes);
  const adding = found.kind === undefined ? [['reread', []], ['add', [name]]] as const : [];
  const words = await inTurn([...adding, [verb ?? '', [name]]], where, ctx);
  return words === undefined ? done(name, comment, changes) : failed(name, words);
}

async function dead(given: string, where: Where, ctx: Context): Promise<PlainMap> {
  const name = given.endsWith(':*') ? given.slice(0, -1) : given;
  const found = await find(name, where, ctx);
  if (found.failure !== undefined) return failed(name, found.failure);
  if (found.kind === undefined) return done(name, `Service ${name} doesn't exist`);
  if (found.states.every(([, state]) => STOPPED.has(state))) return done(name, `Service ${name} is not running`);
  const comment = `Stopping service: ${name}`;
  if (ctx.test) return wouldChange(name, `Service ${name} is set to be stopped`, { [name]: comment });
  const words = await inTurn([['stop', [name]]], where, ctx);
  return words === undefined ? done(name, comment, { [name]: comment }) : failed(name, words);
}

const name = p.string();
const where = { user: p.string(null), conf_file: p.string(null), bin_env: p.string(null, 'the program, or a folder with bin/supervisorctl') };
const params = (restart: Value) => ({ name, restart: p.any(restart), update: p.any(false, 'first make work what the configuration says'), ...where, kwargs: p.keywords() });

interface RunningArgs extends Where {
  readonly name: string;
  readonly restart: Value;
  readonly update: Value;
}
const run = ({ name: service, restart, update, user, conf_file, bin_env }: RunningArgs, ctx: Context): Promise<PlainMap> =>
  guarded(service, () => running(service, { restart: isTruthy(restart), update: isTruthy(update) }, { user, conf_file, bin_env }, ctx));

export default defineState({
  name: 'supervisord',
  virtual: async (ctx) => (await ctx.has('supervisord.status') ? true : 'Supervisord module not activated. Do you need to install supervisord?'),
  doc: 'Programs that supervisord keeps running.',
  functions: {
    running: fn({ doc: 'Make sure that a process, or a group `web:`, runs; it is added when it is not known yet.', params: params(false), run: (args, ctx) => run(args, ctx) }),
    dead: fn({
      doc: 'Make sure that a process or a group does not run.',
      params: { name, ...where, kwargs: p.keywords() },
      run: ({ name: service, kwargs: _kwargs, ...rest }, ctx) => guarded(service, () => dead(service, rest, ctx)),
    }),
    mod_watch: fn({ doc: 'Restarts after a change of what is watched.', params: params(true), run: (args, ctx) => run(args, ctx) }),
  },
});
