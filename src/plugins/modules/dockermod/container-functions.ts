/** Functions of containers. Source: read, Salt 3006. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { fnmatchFilter, fnmatch } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { texts } from './forms.js';
import { compareContainerNetworks, compareContainers } from './compare.js';
import { containerPath, containerState, found, inspectAny, inspectContainer, part } from './inspect.js';
import * as life from './life.js';
import { containerNames, ps } from './lists.js';
import { create, outputs, runContainer } from './run.js';
import { ask, askMap, askRows, CLIENT_SECONDS, truthy } from './server.js';

const name = p.string();
export const translating = { skip_translate: p.any(null), ignore_collisions: p.any(false), validate_ip_addrs: p.any(true), client_timeout: p.int(CLIENT_SECONDS) };
const COLUMNS = 'user,pid,ppid,pcpu,etime,tty,time,args';
const KINDS: readonly string[] = ['Changed', 'Added', 'Deleted'];

/** A port as it may be asked for, as a pattern of what the service lists. */
function portPattern(port: Value): string {
  if (port === null) return '*';
  if (isInteger(port)) return `${port}/*`;
  const found = /^(\d+)\/(tcp|udp)$/i.exec(str(port));
  if (found === null) throw new InvocationError(`Invalid private_port '${str(port)}'. Must either be a port number, or be in port/protocol notation (e.g. 5000/tcp)`);
  return `${found[1]}/${(found[2] ?? '').toLowerCase()}`;
}

/** A time as seconds since 1970: the API takes no other. */
function since(value: Value): string {
  const seconds = isInteger(value) || /^\d+$/.test(str(value)) ? Number(str(value)) : Date.parse(str(value)) / 1000;
  if (!Number.isFinite(seconds)) throw new InvocationError(`'${str(value)}' is no time`);
  return String(Math.trunc(seconds));
}

function logQuery(options: PlainMap): Record<string, string> {
  if (options['stream'] !== undefined) throw new InvocationError("The 'stream' argument is not supported");
  const flags = ['stdout', 'stderr', 'timestamps', 'follow'].filter((key) => options[key] !== undefined).map((key) => [key, truthy(options, key) ? '1' : '0']);
  const times = ['since', 'until'].filter((key) => options[key] !== undefined).map((key) => [key, since(options[key] ?? null)]);
  const tail = options['tail'] === undefined ? [] : [['tail', str(options['tail'])]];
  return Object.fromEntries([...flags, ...times, ...tail]) as Record<string, string>;
}

const signalling = fn({
  doc: "Send a signal to a container.\n\nsalt myminion docker.signal mycontainer SIGHUP",
  params: { name, signal: p.any() },
  run: (args, ctx) => life.signal(args.name, args.signal, ctx),
});

const pausing = fn({ doc: "Pause a container.\n\nsalt myminion docker.pause mycontainer", params: { name }, run: (args, ctx) => life.pause(args.name, ctx) });
const unpausing = fn({ doc: "Let a paused container go on.\n\nsalt myminion docker.unpause mycontainer", params: { name }, run: (args, ctx) => life.unpause(args.name, ctx) });

const comparing = fn({
  doc: "Tell what differs between the configurations of two containers.\n\nsalt myminion docker.compare_containers foo bar",
  params: { first: name, second: name, ignore: p.any(null) },
  run: ({ first, second, ignore }, ctx) => compareContainers(first, second, ignore === null ? [] : texts(ignore), ctx),
});

export const containerFunctions: Readonly<Record<string, Fn>> = {
  ps: fn({
    doc: "List containers by id: all=True also those that do not run, verbose=True with all that is known.\n\nsalt '*' docker.ps all=True",
    params: { filters: p.any(null), options: p.keywords() },
    run: ({ filters, options }, ctx) => ps(filters, options, ctx),
  }),
  list_containers: fn({
    doc: "List the names of containers.\n\nsalt '*' docker.list_containers all=True",
    params: { options: p.keywords() },
    run: ({ options }, ctx) => containerNames(truthy(options, 'all'), ctx),
  }),
  inspect: fn({
    doc: "Give what is known of a container, image, volume or network.\n\nsalt myminion docker.inspect mycontainer",
    params: { name },
    run: (args, ctx) => inspectAny(args.name, ctx),
  }),
  inspect_container: fn({ doc: "Give what is known of a container.\n\nsalt myminion docker.inspect_container mycontainer", params: { name }, run: (args, ctx) => inspectContainer(args.name, ctx) }),
  exists: fn({
    doc: "Say whether there is a container of that name or id.\n\nsalt myminion docker.exists mycontainer",
    params: { name },
    run: async (args, ctx) => await found(inspectContainer(args.name, ctx)) !== undefined,
  }),
  state: fn({ doc: "Say whether a container is running, paused or stopped.\n\nsalt myminion docker.state mycontainer", params: { name }, run: (args, ctx) => containerState(args.name, ctx) }),
  pid: fn({
    doc: "Give the process id of a container.\n\nsalt myminion docker.pid mycontainer",
    params: { name },
    run: async (args, ctx) => part(await inspectContainer(args.name, ctx), 'State')['Pid'] ?? null,
  }),
  port: fn({
    doc: "Give where the ports of a container, or of all that fit a pattern, are published.\n\nsalt myminion docker.port mycontainer 5000/tcp",
    params: { name, private_port: p.any(null) },
    run: async ({ name: wanted, private_port: port }, ctx) => {
      const pattern = portPattern(port);
      const isPattern = /[*?[]/.test(wanted);
      const mapped: PlainMap = {};
      for (const one of isPattern ? fnmatchFilter(await containerNames(true, ctx), wanted) : [wanted]) {
        const ports = part(part(await inspectContainer(one, ctx), 'NetworkSettings'), 'Ports');
        mapped[one] = Object.fromEntries(Object.entries(ports).filter(([key]) => fnmatch(key, pattern)));
      }
      return isPattern ? mapped : mapped[wanted] ?? {};
    },
  }),
  top: fn({
    doc: "List the processes in a container.\n\nsalt myminion docker.top mycontainer",
    params: { name },
    run: async (args, ctx) => {
      const path = containerPath(args.name, '/top');
      const first = await askMap({ path }, ctx);
      // Podman looks for a program ps inside the container and says nothing when there is none; asked for columns it looks itself.
      const { Titles, Processes } = first['Titles'] === undefined ? await askMap({ path, query: { ps_args: COLUMNS } }, ctx) : first;
      const titles = isList(Titles ?? null) ? (Titles as Value[]).map(str) : [];
      return (isList(Processes ?? null) ? Processes as Value[] : []).map((row) => Object.fromEntries(titles.map((title, at) => [title, isList(row) ? row[at] ?? null : null])));
    },
  }),
  logs: fn({
    doc: "Give what a container wrote: tail=10, since=, until=, timestamps=True, stdout=False, stderr=False, follow=True until it ends.\n\nsalt myminion docker.logs mycontainer tail=50",
    params: { name, options: p.keywords() },
    run: async (args, ctx) => (await outputs(args.name, logQuery(args.options), ctx)).all.toString('utf8'),
  }),
  diff: fn({
    doc: "List the files of a container that differ from those of its image.\n\nsalt myminion docker.diff mycontainer",
    params: { name },
    run: async (args, ctx) => {
      const kinds: Record<string, Value[]> = {};
      for (const { Kind, Path = null } of await askRows({ path: containerPath(args.name, '/changes') }, ctx)) (kinds[KINDS[Number(Kind)] ?? 'Unknown'] ??= []).push(Path);
      return kinds;
    },
  }),
  create: fn({
    doc: "Make a container; with start=True start it, too.\n\nsalt myminion docker.create busybox name=mycontainer volumes=/data command='sleep 60'",
    params: { image: p.string(), name: p.string(null), start: p.bool(false), ...translating, options: p.keywords() },
    run: ({ start, options, ...making }, ctx) => create(making, start, options, ctx),
  }),
  run_container: fn({
    doc: "Run a container to its end and give what it wrote; with bg=True leave it running. timeout= kills it after so many seconds, separate=True gives Stdout and Stderr instead of Logs; both are not Salt's.\n\nsalt myminion docker.run_container busybox command='echo hello' auto_remove=True",
    params: {
      image: p.string(), name: p.string(null), ...translating, bg: p.bool(false), replace: p.bool(false), force: p.bool(false), networks: p.any(null),
      timeout: p.float(null), separate: p.bool(false), options: p.keywords(),
    },
    run: ({ bg, replace, force, networks, timeout, separate, options, ...making }, ctx) => runContainer(making, { bg, replace, force, networks, timeout, separate }, options, ctx),
  }),
  start: fn({ doc: "Start a container.\n\nsalt myminion docker.start mycontainer", params: { name }, run: (args, ctx) => life.start(args.name, ctx) }),
  stop: fn({
    doc: "Stop a container; after timeout seconds it is killed.\n\nsalt myminion docker.stop mycontainer timeout=20",
    params: { name, timeout: p.any(null), options: p.keywords() },
    run: (args, ctx) => life.stop(args.name, args.timeout, truthy(args.options, 'unpause'), ctx),
  }),
  kill: fn({ doc: "Kill a container.\n\nsalt myminion docker.kill mycontainer", params: { name }, run: (args, ctx) => life.kill(args.name, ctx) }),
  restart: fn({
    doc: "Stop and start a container.\n\nsalt myminion docker.restart mycontainer timeout=20",
    params: { name, timeout: p.int(10) },
    run: (args, ctx) => life.restart(args.name, args.timeout, ctx),
  }),
  signal: signalling,
  pause: pausing,
  freeze: pausing,
  unpause: unpausing,
  unfreeze: unpausing,
  rm: fn({
    doc: "Remove a container and give the ids of those that are gone.\n\nsalt myminion docker.rm mycontainer force=True",
    params: { name, force: p.bool(false), volumes: p.bool(false), options: p.keywords() },
    run: ({ name: wanted, options: { stop = false, timeout = null, ...more }, ...how }, ctx) => {
      if (Object.keys(more).length > 0) throw new InvocationError(`The following keyword arguments are not valid: ${Object.keys(more).join(', ')}`);
      return life.remove(wanted, { ...how, stop: stop === true, timeout }, ctx);
    },
  }),
  rename: fn({
    doc: "Give a container another name.\n\nsalt myminion docker.rename foo bar",
    params: { name, new_name: name },
    run: async (args, ctx) => {
      const { Id } = await inspectContainer(args.name, ctx);
      // The path of the new name is built so that it is checked like all others.
      const wanted = containerPath(args.new_name).slice('/containers/'.length);
      await ask({ method: 'POST', path: containerPath(str(Id ?? ''), '/rename'), query: { name: wanted } }, ctx);
      return (await inspectContainer(wanted, ctx))['Id'] === Id;
    },
  }),
  wait: fn({
    doc: "Wait until a container ends and give its exit status.\n\nsalt myminion docker.wait mycontainer",
    params: { name, ignore_already_stopped: p.bool(false), fail_on_exit_status: p.bool(false) },
    run: (args, ctx) => life.wait(args.name, args.ignore_already_stopped, args.fail_on_exit_status, ctx),
  }),
  compare_containers: comparing,
  compare_container: comparing,
  compare_container_networks: fn({
    doc: "Tell what differs between the networks of two containers.\n\nsalt myminion docker.compare_container_networks foo bar",
    params: { first: p.any(), second: p.any() },
    run: ({ first, second }, ctx) => compareContainerNetworks(first, second, ctx),
  }),
  info: fn({ doc: "Give facts about the service.\n\nsalt '*' docker.info", params: {}, run: (_args, ctx) => askMap({ path: '/info' }, ctx) }),
  version: fn({
    doc: "Give the version of the service and of its API.\n\nsalt '*' docker.version",
    params: {},
    run: async (_args, ctx) => {
      const facts = await askMap({ path: '/version' }, ctx);
      const numbers = (key: string): PlainMap => {
        const match = /^([\d.]+)/.exec(str(facts[key] ?? ''));
        return match === null ? {} : { [`${key}Info`]: (match[1] ?? '').split('.').filter((digits) => digits !== '').map(Number) };
      };
      return { ...facts, ...numbers('Version'), ...numbers('ApiVersion') };
    },
  }),
  prune: fn({
    doc: "Remove what nobody uses: containers, images, networks, what is kept of builds; volumes only when asked for.\n\nsalt myminion docker.prune containers=True until=12h",
    params: { containers: p.bool(false), networks: p.bool(false), images: p.bool(false), build: p.bool(false), volumes: p.bool(false), system: p.any(null), filters: p.keywords() },
    run: async ({ system, volumes, filters, ...wanted }, ctx) => {
      const isAll = system === null ? !Object.values(wanted).some(Boolean) && !volumes : system === true;
      const listed = Object.fromEntries(Object.entries(filters).map(([key, value]) => [key, typeof value === 'boolean' ? [String(value)] : texts(value)]));
      const query: Record<string, string> = Object.keys(listed).length === 0 ? {} : { filters: JSON.stringify(listed) };
      const done: PlainMap = {};
      for (const kind of ['containers', 'images', 'networks', 'build', 'volumes'] as const) {
        if (kind === 'volumes' ? !volumes : !isAll && !wanted[kind]) continue;
        const answer = await ask({ method: 'POST', path: `/${kind}/prune`, query, seconds: 0 }, ctx);
        done[kind] = isPlainMap(answer) || isList(answer) ? answer : {};
      }
      return done;
    },
  }),
};
