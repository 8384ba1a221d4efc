/** Services of systemd. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy } from '../../kernel/std/value.js';
import { answerByName, unitName } from './service/names.js';
import { initScripts, isScriptEnabled } from './service/on-disk.js';
import { allServices, SYSTEMD_FUNCTIONS, unmaskUnit } from './service/systemd-functions.js';
import { followUnitFile, isBooted, isKnown, runAll, scopeWords, systemctl, systemctlWords, unitsInState, withoutScopes } from './service/systemctl.js';

/** Our own unit cannot wait for the end of its own restart. */
const OWN_UNITS = ['salt-minion.service', 'tsalt-minion.service'];

const noBlockFor = (name: string, wished: boolean | null): boolean => wished ?? OWN_UNITS.includes(unitName(name));

interface Act {
  readonly name: string;
  readonly noBlock: boolean;
  readonly unmask?: boolean;
  readonly unmaskRuntime?: boolean;
  readonly root?: string | null;
}

async function prepare({ name, unmask, unmaskRuntime, root }: Act, ctx: Context): Promise<void> {
  await followUnitFile(name, ctx);
  if (unmask === true) await unmaskUnit(name, false, root ?? null, ctx);
  if (unmaskRuntime === true) await unmaskUnit(name, true, root ?? null, ctx);
}

/** @throws CommandExecutionError with the words of systemctl */
async function act(action: string, wish: Act, ctx: Context): Promise<true> {
  await prepare(wish, ctx);
  const { name, noBlock, root } = wish;
  const ignored = action === 'enable' ? { ignore_retcode: true } : {};
  const done = await systemctl({ action: [action], name, scope: true, noBlock, root: root ?? null }, ctx, ignored);
  if (done.retcode !== 0) throw new CommandExecutionError(withoutScopes(done.stderr));
  return true;
}

async function isEnabled(name: string, root: string | null, ctx: Context): Promise<boolean> {
  const asked = await systemctl({ action: ['is-enabled'], name, root }, ctx, { ignore_retcode: true });
  if (asked.stdout === 'alias') return isAliasEnabled(name, root, ctx);
  if (asked.retcode === 0) return true;
  if (name.includes('@')) {
    const argv = ['find', '/etc/systemd/system', '-name', name, '-type', 'l', '-print', '-quit'];
    return isTruthy(await ctx.call('cmd.run', [argv], { python_shell: false }));
  }
  return (await initScripts(root, ctx)).includes(name) && isScriptEnabled(name, root, ctx);
}

async function isAliasEnabled(name: string, root: string | null, ctx: Context): Promise<boolean> {
  const words = await systemctlWords({ action: ['show'], name, root, more: ['-P', 'Id'] }, ctx);
  const target = str(await ctx.call('cmd.run_stdout', [words], { python_shell: false })).trim();
  if (target === '') return false;
  return (await systemctl({ action: ['is-enabled'], name: target, root }, ctx, { ignore_retcode: true })).retcode === 0;
}

/** Turns an init script on or off; undefined when the name is none. */
async function switchScript(name: string, on: boolean, root: string | null, ctx: Context): Promise<boolean | undefined> {
  if (!(await initScripts(root, ctx)).includes(name)) return undefined;
  const tools = [['update-rc.d', '-f', name, ...(on ? ['defaults', '99'] : ['remove'])], ['chkconfig', name, on ? 'on' : 'off']];
  for (const [program = '', ...rest] of tools) {
    const path = await ctx.sys.which(program);
    if (path === undefined) continue;
    return (await runAll([...(await scopeWords(ctx)), path, ...rest], ctx, { ignore_retcode: true })).retcode === 0;
  }
  throw new CommandExecutionError('Unable to find sysv service manager (tried update-rc.d, chkconfig)');
}

/** Units in a state, and init scripts that are enabled or not. */
async function servicesInState(state: 'enabled' | 'disabled', root: string | null, ctx: Context): Promise<string[]> {
  const found = new Set(await unitsInState(state, root, ctx));
  for (const name of await initScripts(root, ctx)) {
    if ((await isScriptEnabled(name, root, ctx)) === (state === 'enabled')) found.add(name);
  }
  return [...found].toSorted();
}

const unmaskParams = { unmask: p.bool(false), unmask_runtime: p.bool(false) } as const;
const known = async (name: string, ctx: Context): Promise<boolean> => {
  await followUnitFile(name, ctx);
  return isKnown(name, ctx);
};

export default defineModule({
  name: 'systemd_service',
  serves: 'service',
  when: { kernel: ['Linux'] },
  doc: 'Starts, stops and enables units of systemd.',
  virtual: (ctx) => isBooted(ctx) || isTruthy(ctx.grains['systemd'])
    || 'The systemd execution module failed to load: only available on Linux systems which have been booted with systemd.',
  functions: {
    start: fn({
      doc: "Starts a unit.\nsalt '*' service.start foo",
      params: { name: p.string(), no_block: p.bool(false), ...unmaskParams },
      run: ({ name, no_block: noBlock, unmask, unmask_runtime: unmaskRuntime }, ctx) => act('start', { name, noBlock, unmask, unmaskRuntime }, ctx),
    }),
    stop: fn({
      doc: "Stops a unit.\nsalt '*' service.stop foo",
      params: { name: p.string(), no_block: p.bool(null) },
      async run({ name, no_block: wished }, ctx) {
        await followUnitFile(name, ctx);
        return (await systemctl({ action: ['stop'], name, scope: true, noBlock: noBlockFor(name, wished) }, ctx)).retcode === 0;
      },
    }),
    restart: fn({
      doc: "Stops and starts a unit.\nsalt '*' service.restart foo",
      params: { name: p.string(), no_block: p.bool(null), ...unmaskParams },
      run: ({ name, no_block: wished, unmask, unmask_runtime: unmaskRuntime }, ctx) =>
        act('restart', { name, noBlock: noBlockFor(name, wished), unmask, unmaskRuntime }, ctx),
    }),
    reload: fn({
      doc: "Makes a unit read its configuration anew.\nsalt '*' service.reload foo",
      params: { name: p.string(), no_block: p.bool(false), ...unmaskParams },
      run: ({ name, no_block: noBlock, unmask, unmask_runtime: unmaskRuntime }, ctx) => act('reload', { name, noBlock, unmask, unmaskRuntime }, ctx),
    }),
    force_reload: fn({
      doc: "Reloads a unit that can, restarts one that cannot.\nsalt '*' service.force_reload foo",
      params: { name: p.string(), no_block: p.bool(true), ...unmaskParams },
      run: ({ name, no_block: noBlock, unmask, unmask_runtime: unmaskRuntime }, ctx) =>
        act('force-reload', { name, noBlock, unmask, unmaskRuntime }, ctx),
    }),
    status: fn({
      doc: "Says whether a unit is active; a mapping for a pattern.\nsalt '*' service.status foo",
      params: { name: p.string(), sig: p.any(null, 'Not used') },
      run: ({ name }, ctx) => answerByName(name, () => allServices(null, ctx), async (one) => {
        await followUnitFile(one, ctx);
        const words = await systemctlWords({ action: ['is-active'], name: one }, ctx);
        return (await ctx.call('cmd.retcode', [words], { python_shell: false, ignore_retcode: true })) === 0;
      }),
    }),
    enable: fn({
      doc: "Starts a unit at boot.\nsalt '*' service.enable foo",
      params: { name: p.string(), no_block: p.bool(false), ...unmaskParams, root: p.string(null), kwargs: p.keywords() },
      async run({ name, no_block: noBlock, unmask, unmask_runtime: unmaskRuntime, root }, ctx) {
        const wish = { name, noBlock, unmask, unmaskRuntime, root };
        await prepare(wish, ctx);
        return (await switchScript(name, true, root, ctx)) ?? act('enable', { name, noBlock, root }, ctx);
      },
    }),
    disable: fn({
      doc: "Does not start a unit at boot.\nsalt '*' service.disable foo",
      params: { name: p.string(), no_block: p.bool(false), root: p.string(null), kwargs: p.keywords() },
      async run({ name, no_block: noBlock, root }, ctx) {
        await followUnitFile(name, ctx);
        const script = await switchScript(name, false, root, ctx);
        return script ?? (await systemctl({ action: ['disable'], name, scope: true, noBlock, root }, ctx, { ignore_retcode: true })).retcode === 0;
      },
    }),
    enabled: fn({
      doc: "Says whether a unit is started at boot.\nsalt '*' service.enabled foo",
      params: { name: p.string(), root: p.string(null), kwargs: p.keywords() },
      run: ({ name, root }, ctx) => isEnabled(name, root, ctx),
    }),
    disabled: fn({
      doc: "Says whether a unit is not started at boot.\nsalt '*' service.disabled foo",
      params: { name: p.string(), root: p.string(null) },
      run: async ({ name, root }, ctx) => !(await isEnabled(name, root, ctx)),
    }),
    available: fn({
      doc: "Says whether a unit is known.\nsalt '*' service.available foo",
      params: { name: p.string() },
      run: ({ name }, ctx) => known(name, ctx),
    }),
    missing: fn({
      doc: "Says whether a unit is not known.\nsalt '*' service.missing foo",
      params: { name: p.string() },
      run: async ({ name }, ctx) => !(await known(name, ctx)),
    }),
    get_all: fn({
      doc: "Lists all units and init scripts.\nsalt '*' service.get_all",
      params: { root: p.string(null) },
      run: ({ root }, ctx) => allServices(root, ctx),
    }),
    get_enabled: fn({
      doc: "Lists the units that are started at boot.\nsalt '*' service.get_enabled",
      params: { root: p.string(null) },
      run: ({ root }, ctx) => servicesInState('enabled', root, ctx),
    }),
    get_disabled: fn({
      doc: "Lists the units that are not started at boot.\nsalt '*' service.get_disabled",
      params: { root: p.string(null) },
      run: ({ root }, ctx) => servicesInState('disabled', root, ctx),
    }),
    ...SYSTEMD_FUNCTIONS,
  },
});
