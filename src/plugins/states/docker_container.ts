/** Containers of Docker and Podman. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { resolvedImage } from './docker/image.js';
import { wantedNetworks } from './docker/networks.js';
import { attempt, guarded, lookedUp, virtual } from './docker/shared.js';
import { running, type Wish } from './docker_container/running.js';

const CLIENT_SECONDS = 60;
const translating = { skip_translate: p.any(null), ignore_collisions: p.any(false), validate_ip_addrs: p.any(true) };
const UNSUPPORTED = ['watch_action', 'start', 'shutdown_timeout', 'follow'];

interface Run extends Pick<Wish, 'name' | 'image' | 'skip_translate' | 'ignore_collisions' | 'validate_ip_addrs' | 'client_timeout' | 'force'> {
  readonly bg: boolean;
  readonly failhard: boolean;
  readonly replace: boolean;
}

async function run({ name, image, failhard, ...how }: Run, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const unsupported = UNSUPPORTED.find((key) => options[key] !== undefined);
  if (unsupported !== undefined) return failed(name, `The '${unsupported}' argument is not supported`);
  if (image === null) return failed(name, "The 'image' argument is required");
  const networks = options['networks'] === undefined ? {} : { networks: await wantedNetworks(options['networks'], ctx) };
  const { changes } = await resolvedImage(image, how.client_timeout, ctx);
  if (ctx.test) return wouldChange(name, `Container would be run${how.bg ? ' in the background' : ''}`, { Name: name });
  const ran = await attempt(ctx.call('docker.run_container', [image], { name, ...how, ...options, ...networks }));
  if ('failure' in ran) return failed(name, `Encountered error running container: ${ran.failure}`, changes);
  const result = isPlainMap(ran.value) ? ran.value : {};
  if (how.bg) return done(name, 'Container was run in the background', result);
  const code = result['ExitCode'] ?? null;
  const comment = `Container ran and exited with a return code of ${str(code)}`;
  return failhard && code !== 0 ? failed(name, comment, result) : done(name, comment, result);
}

interface Stop {
  readonly name: string;
  readonly containers: Value;
  readonly shutdown_timeout: Value;
  readonly unpause: boolean;
  readonly error_on_absent: boolean;
}

async function stopped({ name, containers, shutdown_timeout: timeout, unpause, error_on_absent: mustExist }: Stop, ctx: Context): Promise<PlainMap> {
  if (containers !== null && !isList(containers)) return failed(name, 'containers must be a list');
  const targets = containers === null ? [name] : containers.map(str);
  const by: Record<string, string[]> = {};
  for (const target of targets) {
    const isThere = await lookedUp('docker.inspect_container', target, ctx) !== undefined;
    (by[isThere ? str(await ctx.call('docker.state', [target])) : 'absent'] ??= []).push(target);
  }
  const { absent = [], paused = [], running: active = [] } = by;
  const errors = [
    ...mustExist && absent.length > 0 ? [`The following container(s) are absent: ${absent.join(', ')}`] : [],
    ...!unpause && paused.length > 0 ? [`The following container(s) are paused: ${paused.join(', ')}`] : [],
  ];
  if (errors.length > 0) return failed(name, errors.join('. '));
  const chosen = [...active, ...paused];
  if (chosen.length === 0) {
    return done(name, `${targets.length === 1 ? `Container '${targets[0]}' is ` : 'All specified containers are '}${absent.length > 0 ? 'absent or ' : ''}not running`);
  }
  const foretold = (target: string): PlainMap => ({ result: true, state: { old: paused.includes(target) ? 'paused' : 'running', new: 'stopped' } });
  if (ctx.test) return wouldChange(name, `The following container(s) will be stopped: ${chosen.join(', ')}`, Object.fromEntries(chosen.map((target) => [target, foretold(target)])));
  const [changes, refused]: [PlainMap, string[]] = [{}, []];
  for (const target of chosen) {
    const asked = await attempt(ctx.call('docker.stop', [target], { unpause, ...isTruthy(timeout) ? { timeout } : {} }));
    const answer = 'value' in asked && isPlainMap(asked.value) ? asked.value : {};
    if (answer['result'] === true) changes[target] = answer;
    else refused.push('failure' in asked ? `Failed to stop container '${target}': ${asked.failure}` : str(answer['comment'] ?? `Failed to stop container '${target}'`));
  }
  return refused.length > 0 ? failed(name, refused.join('; '), changes) : done(name, `The following container(s) were stopped: ${chosen.join(', ')}`, changes);
}

async function absent(name: string, force: boolean, ctx: Context): Promise<PlainMap> {
  const facts = await lookedUp('docker.inspect_container', name, ctx);
  if (facts === undefined) return done(name, `Container '${name}' does not exist`);
  const state = await ctx.call('docker.state', [name]);
  if (state !== 'stopped' && !force) return failed(name, 'Container is running, set force to True to forcibly remove it');
  const changes = { removed: [facts['Id'] ?? null] };
  if (ctx.test) return wouldChange(name, `Container '${name}' will be removed`, changes);
  const removed = await attempt(ctx.call('docker.rm', [name], { force }));
  if ('failure' in removed) return failed(name, `Failed to remove container '${name}': ${removed.failure}`);
  if (await lookedUp('docker.inspect_container', name, ctx) !== undefined) return failed(name, `Failed to remove container '${name}'`, { removed: removed.value });
  return done(name, `${force && state !== 'stopped' ? 'Forcibly' : 'Successfully'} removed container '${name}'`, { removed: removed.value });
}

const runningParams = {
  name: p.string(), image: p.string(null), ...translating, force: p.bool(false), watch_action: p.any('force'), start: p.bool(true), shutdown_timeout: p.any(null),
  client_timeout: p.int(CLIENT_SECONDS), networks: p.any(null), send_signal: p.bool(false), options: p.keywords(),
};

export default defineState({
  name: 'docker_container',
  virtual,
  doc: 'Containers of Docker and Podman.',
  functions: {
    running: fn({
      doc: 'Make sure that a container is there as wished, and runs unless start is False.',
      params: runningParams,
      run: ({ options, ...wish }, ctx) => guarded(wish.name, () => running(wish, options, ctx)),
    }),
    run: fn({
      doc: 'Run a container to its end, or with bg=True leave it running; fails when it ends with another code than 0, unless failhard is False.',
      params: {
        name: p.string(), image: p.string(null), bg: p.bool(false), failhard: p.bool(true), replace: p.bool(false), force: p.bool(false), ...translating,
        client_timeout: p.int(CLIENT_SECONDS), options: p.keywords(),
      },
      run: ({ options, ...how }, ctx) => guarded(how.name, () => run(how, options, ctx)),
    }),
    stopped: fn({
      doc: 'Make sure that containers do not run.',
      params: { name: p.string(''), containers: p.any(null), shutdown_timeout: p.any(null), unpause: p.bool(false), error_on_absent: p.bool(true), options: p.keywords() },
      run: ({ options: _options, ...how }, ctx) =>
        (how.name === '' && !isTruthy(how.containers) ? failed(how.name, "One of 'name' and 'containers' must be provided") : guarded(how.name, () => stopped(how, ctx))),
    }),
    absent: fn({
      doc: 'Make sure that a container is not there.',
      params: { name: p.string(), force: p.bool(false) },
      run: ({ name, force }, ctx) => guarded(name, () => absent(name, force, ctx)),
    }),
    mod_watch: fn({
      doc: 'Make the container anew when what it watches changed, or send it the signal that watch_action names.',
      params: { name: p.string(), sfun: p.any(null), options: p.keywords() },
      run: async ({ name, sfun, options }, ctx) => {
        const isForced = (options['watch_action'] ?? 'force') === 'force';
        const more = sfun === 'running' ? { force: isForced, send_signal: !isForced } : {};
        if (sfun !== 'running' && sfun !== 'stopped' && sfun !== 'run') return failed(name, `watch requisite is not implemented for ${str(sfun)}`);
        if (ctx.state === undefined) return failed(name, 'There is no run of states');
        return ctx.state.call(`docker_container.${sfun}`, { name, ...options, ...more });
      },
    }),
  },
});
