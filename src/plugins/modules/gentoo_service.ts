/**
 * Services of OpenRC, on Gentoo and Alpine: scripts in `/etc/init.d`, runlevels kept by `rc-update`.
 *
 * Source: the documentation of Salt 3006, which 3008 has no more; OpenRC 0.45.2 observed.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { answerByName, serviceName } from './service/names.js';

type Runlevels = ReadonlyMap<string, readonly string[]>;

async function succeeds(words: readonly string[], ctx: Context, options: PlainMap = {}): Promise<boolean> {
  return (await ctx.call('cmd.retcode', [words], { python_shell: false, ...options })) === 0;
}

const service = (name: string, action: string, ctx: Context, options: PlainMap = {}): Promise<boolean> =>
  succeeds(['rc-service', '--nocolor', serviceName(name), action], ctx, options);

/** Every service with the runlevels that start it, from a table such as `cron |  boot default  `. */
async function allRunlevels(ctx: Context): Promise<Runlevels> {
  const table = str(await ctx.call('cmd.run', [['rc-update', '--nocolor', '--verbose', 'show']], { python_shell: false }));
  return new Map(table.split('\n').flatMap((line): [string, string[]][] => {
    const [, name, levels] = /^\s*(\S+) \|(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, (levels ?? '').split(/\s+/).filter((level) => level !== '')]];
  }));
}

const sorted = (names: Iterable<string>): string[] => [...names].toSorted();
const startedAtBoot = (all: Runlevels): [string, readonly string[]][] => [...all].filter(([, levels]) => levels.length > 0);

/** The runlevels that a call names; undefined when it names none. */
function askedLevels(options: PlainMap): string[] | undefined {
  const { runlevels } = options;
  if (!isTruthy(runlevels ?? null)) return undefined;
  return isList(runlevels as Value) ? (runlevels as readonly Value[]).map(str) : [str(runlevels as Value)];
}

/** True when it is started at boot; with runlevels, when it is started in exactly these. */
async function isEnabled(name: string, options: PlainMap, ctx: Context): Promise<boolean> {
  const levels = (await allRunlevels(ctx)).get(name) ?? [];
  const asked = askedLevels(options);
  return asked === undefined ? levels.length > 0 : sorted(levels).join() === sorted(new Set(asked)).join();
}

/** Adds the runlevels that lack, removes those not asked for; without any, those of `rc-update` itself. */
async function enable(name: string, options: PlainMap, ctx: Context): Promise<boolean> {
  const safe = serviceName(name);
  const asked = askedLevels(options);
  if (asked === undefined) return succeeds(['rc-update', '--nocolor', 'add', safe], ctx);
  const levels = (await allRunlevels(ctx)).get(safe) ?? [];
  const more = asked.filter((level) => !levels.includes(level)).map(levelName);
  const fewer = levels.filter((level) => !asked.includes(level)).map(levelName);
  if (more.length > 0 && !await succeeds(['rc-update', '--nocolor', 'add', safe, ...more], ctx)) return false;
  return fewer.length === 0 || succeeds(['rc-update', '--nocolor', 'delete', safe, ...fewer], ctx);
}

/** Without runlevels from all of them. */
async function disable(name: string, options: PlainMap, ctx: Context): Promise<boolean> {
  const safe = serviceName(name);
  const levels = (await allRunlevels(ctx)).get(safe) ?? [];
  const asked = (askedLevels(options) ?? levels).filter((level) => levels.includes(level)).map(levelName);
  return asked.length === 0 || succeeds(['rc-update', '--nocolor', 'delete', safe, ...asked], ctx);
}

/** Runlevels obey the same rule as names: one word, no option. */
const levelName = serviceName;

const byName = { name: p.string() } as const;
const byNameAndMore = { name: p.string(), kwargs: p.keywords() } as const;
const action = (name: string, what: string, doc: string) =>
  fn({ doc: `${doc}\nsalt '*' service.${name} foo`, params: byName, run: ({ name: one }, ctx) => service(one, what, ctx) });

export default defineModule({
  name: 'gentoo_service',
  serves: 'service',
  when: { os: ['Gentoo', 'Alpine'] },
  doc: 'Starts, stops and enables services by OpenRC.',
  functions: {
    start: action('start', 'start', 'Starts a service.'),
    stop: action('stop', 'stop', 'Stops a service.'),
    restart: action('restart', 'restart', 'Stops and starts a service.'),
    reload: action('reload', 'reload', 'Makes a service read its configuration anew.'),
    zap: action('zap', 'zap', 'Marks a service as stopped, whatever it does.'),
    status: fn({
      doc: "Says whether a service runs; a mapping for a pattern.\nsalt '*' service.status foo",
      params: { name: p.string(), sig: p.any(null, 'Text to look for in the list of processes instead') },
      async run({ name, sig }, ctx) {
        if (isTruthy(sig)) return isTruthy(await ctx.call('status.pid', [sig]));
        return answerByName(name, async () => sorted((await allRunlevels(ctx)).keys()), (one) => service(one, 'status', ctx, { ignore_retcode: true }));
      },
    }),
    enable: fn({
      doc: "Starts a service at boot, in the given runlevels only where there are any.\nsalt '*' service.enable foo runlevels=single",
      params: byNameAndMore,
      run: ({ name, kwargs }, ctx) => enable(name, kwargs, ctx),
    }),
    disable: fn({
      doc: "Does not start a service at boot, or not in the given runlevels.\nsalt '*' service.disable foo runlevels='[boot, default]'",
      params: byNameAndMore,
      run: ({ name, kwargs }, ctx) => disable(name, kwargs, ctx),
    }),
    enabled: fn({
      doc: "Says whether a service is started at boot, or in exactly the given runlevels.\nsalt '*' service.enabled foo runlevels='[boot, default]'",
      params: byNameAndMore,
      run: ({ name, kwargs }, ctx) => isEnabled(name, kwargs, ctx),
    }),
    disabled: fn({
      doc: "Says whether a service is not started at boot.\nsalt '*' service.disabled foo",
      params: byName,
      run: async ({ name }, ctx) => (await allRunlevels(ctx)).get(name)?.length === 0,
    }),
    available: fn({
      doc: "Says whether a service is known.\nsalt '*' service.available foo",
      params: byName,
      run: async ({ name }, ctx) => (await allRunlevels(ctx)).has(name),
    }),
    missing: fn({
      doc: "Says whether a service is not known.\nsalt '*' service.missing foo",
      params: byName,
      run: async ({ name }, ctx) => !(await allRunlevels(ctx)).has(name),
    }),
    get_all: fn({
      doc: "Lists all services.\nsalt '*' service.get_all",
      run: async (_args, ctx) => sorted((await allRunlevels(ctx)).keys()),
    }),
    get_enabled: fn({
      doc: "Lists the services that are started at boot, with their runlevels.\nsalt '*' service.get_enabled",
      run: async (_args, ctx) => Object.fromEntries(startedAtBoot(await allRunlevels(ctx)).map(([name, levels]) => [name, sorted(levels)])),
    }),
    get_disabled: fn({
      doc: "Lists the services that are not started at boot.\nsalt '*' service.get_disabled",
      run: async (_args, ctx) => sorted([...await allRunlevels(ctx)].filter(([, levels]) => levels.length === 0).map(([name]) => name)),
    }),
  },
});
