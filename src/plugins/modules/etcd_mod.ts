/** Keys of etcd, by version 3 of its API. Source: read, Salt 3008.3. Differs: needs no further library, and no version 2. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, mapEntries, mapSize, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { Etcd, type EtcdEntry } from '../../kernel/sys/etcd.js';
import { etcdOptions, etcdPlace } from '../../kernel/sys/etcd-place.js';

const LOOK_EVERY_MS = 500;

interface Use {
  readonly profile: string | null;
  readonly kwargs: Readonly<PlainMap>;
}

/** The server, and how values are kept there: as msgpack unless `etcd.encode_values` is off. */
class Store {
  readonly etcd: Etcd;
  readonly #packs: boolean;
  readonly #ctx: Context;

  constructor({ profile, kwargs }: Use, ctx: Context) {
    const options = etcdOptions(profile, ctx.opts, ctx.pillar);
    this.etcd = new Etcd(etcdPlace(options, kwargs), ctx.signal);
    this.#packs = isTruthy(kwargs['encode_values'] ?? options['etcd.encode_values'] ?? true);
    this.#ctx = ctx;
  }

  /** Differs: what another program keeps there as text is given as text; Salt breaks on it. */
  async read({ value }: EtcdEntry): Promise<Value> {
    if (!this.#packs) return value.toString('utf8');
    try {
      return await this.#ctx.port('pack').unpack(value);
    } catch (error) {
      this.#ctx.log.debug({ err: error }, 'a value of etcd is not packed');
      return value.toString('utf8');
    }
  }

  async get(key: string): Promise<Value> {
    const [entry] = (await this.etcd.range(key)).entries;
    return entry === undefined ? null : this.read(entry);
  }

  async set(key: string, value: Value, ttl: number | null): Promise<Value> {
    const bytes = this.#packs ? await this.#ctx.port('pack').pack(value) : Buffer.from(str(value), 'utf8');
    await this.etcd.put(key, bytes, ttl === null || ttl <= 0 ? undefined : ttl);
    return this.get(key);
  }

  /** Keys below a path. Differs: a path ends where a step ends; for Salt `/web2` lies below `/web`. */
  async below(path: string): Promise<EtcdEntry[]> {
    const { entries } = await this.etcd.range(path, true);
    return entries.filter(({ key }) => key === path || path.endsWith('/') || path === '' || key[path.length] === '/');
  }

  /** Keys below a path as maps in maps; nothing when there are none. */
  async tree(path: string): Promise<PlainMap | null> {
    const entries = await this.below(path);
    const [only] = entries;
    if (only === undefined) return null;
    if (entries.length === 1 && only.key === path) return { [path.split('/').at(-1) ?? path]: await this.read(only) };
    const root: PlainMap = {};
    for (const entry of entries) place(root, entry.key.slice(path.length).split('/').filter((step) => step !== ''), await this.read(entry));
    return root;
  }

  async remove(key: string, recurse: boolean): Promise<boolean> {
    if (!recurse) return await this.etcd.remove(key) > 0;
    const removed = await Promise.all((await this.below(key)).map((entry) => this.etcd.remove(entry.key)));
    return removed.some((count) => count > 0);
  }
}

function place(map: PlainMap, steps: readonly string[], value: Value): void {
  const [first = '', ...rest] = steps;
  if (rest.length === 0) map[first] = value;
  else {
    const known = map[first];
    const inner: PlainMap = isPlainMap(known) ? known : {};
    map[first] = inner;
    place(inner, rest, value);
  }
}

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, '');

function flattened(fields: ValueMap, path: string): (readonly [string, Value])[] {
  return mapEntries(fields).flatMap(([key, value]) => {
    const full = `/${[trimmed(path), trimmed(str(key))].filter((part) => part !== '').join('/')}`;
    return isMap(value) ? (mapSize(value) > 0 ? flattened(value, full) : []) : [[full, value] as const];
  });
}

async function listed(path: string, store: Store): Promise<PlainMap> {
  const tree = await store.tree(path);
  if (tree === null) return {};
  const start = path.endsWith('/') ? path : `${path}/`;
  return { [path]: Object.fromEntries(Object.entries(tree).map(([key, value]): [string, Value] => (isPlainMap(value) ? [`${start}${key}/`, {}] : [`${start}${key}`, value]))) };
}

/** Waits for a change of a key, or below it. Differs: looks again and again; an end without change is nothing. */
async function watch({ key, recurse, timeout, index }: { key: string; recurse: boolean; timeout: number; index: number | null }, store: Store, ctx: Context): Promise<PlainMap | null> {
  const look = async (): Promise<{ entries: EtcdEntry[]; revision: number }> => ({ ...await store.etcd.range(key), ...(recurse ? { entries: await store.below(key) } : {}) });
  const first = await look();
  const since = index === null ? first.revision : index - 1;
  const until = timeout > 0 ? ctx.sys.now() + timeout * 1000 : Infinity;
  for (let now = first; ; now = await look()) {
    const changed = now.entries.find(({ revision }) => revision > since);
    const gone = first.entries.find((entry) => !now.entries.some((other) => other.key === entry.key));
    if (changed !== undefined) return { key: changed.key, value: await store.read(changed), changed: true, mIndex: changed.revision, dir: false };
    if (gone !== undefined) return { key: gone.key, value: null, changed: true, mIndex: now.revision, dir: false };
    if (ctx.sys.now() >= until) return null;
    await sleep(LOOK_EVERY_MS, ctx.signal);
  }
}

const key = p.string();
const recurse = p.bool(false);
const profile = p.string(null, 'the map in the configuration that says where etcd is');
const kwargs = p.keywords();

export default defineModule({
  name: 'etcd_mod',
  serves: 'etcd',
  doc: 'Keys of etcd.',
  card: { title: 'etcd', version: '1.0', configuration: { 'etcd.host': 'where etcd is', 'etcd.port': 'its port', 'etcd.username': 'to log in with', 'etcd.password': 'to log in with', 'etcd.ca': 'a file of certificates to trust', 'etcd.encode_values': 'keep values as msgpack' } },
  functions: {
    get: fn({
      doc: "Give the value of a key, or with recurse all below it.\n\nsalt myminion etcd.get /path/to/key profile=my_etcd_config", params: { key, recurse, profile, kwargs },
      run: (args, ctx) => (args.recurse ? new Store(args, ctx).tree(args.key) : new Store(args, ctx).get(args.key)),
    }),
    set: fn({
      doc: "Set a key and give its value.\n\nsalt myminion etcd.set /path/to/key value ttl=5", params: { key, value: p.any(), profile, ttl: p.int(null, 'seconds until it goes'), directory: p.bool(false), kwargs },
      run(args, ctx) {
        if (args.directory) throw new CommandExecutionError('etcd3 does not have directories');
        return new Store(args, ctx).set(args.key, args.value, args.ttl);
      },
    }),
    update: fn({
      doc: "Set many keys, as a map of paths or maps in maps.\n\nsalt myminion etcd.update \"{'/path/to/key': 'baz', '/another/key': 'bar'}\" path='/some/root'", params: { fields: p.any(), path: p.string(''), profile, kwargs },
      async run(args, ctx) {
        if (!isMap(args.fields)) return null;
        const store = new Store(args, ctx);
        const done: PlainMap = {};
        for (const [name, value] of flattened(args.fields, args.path)) done[name] = await store.set(name, value, null);
        return done;
      },
    }),
    watch: fn({
      doc: "Wait until a key changes, or something below it.\n\nsalt myminion etcd.watch /path/to/key timeout=10", params: { key, recurse, profile, timeout: p.float(0, 'seconds; 0: without end'), index: p.int(null, 'changes from this revision on count'), kwargs },
      run: (args, ctx) => watch(args, new Store(args, ctx), ctx),
    }),
    ls: fn({ doc: "List keys and what is like a folder, at a path.\n\nsalt myminion etcd.ls /path/to/dir/", params: { path: p.string('/'), profile, kwargs }, run: (args, ctx) => listed(args.path, new Store(args, ctx)) }),
    rm: fn({
      doc: "Delete a key, or with recurse all below it; True when something went.\n\nsalt myminion etcd.rm /path/to/dir recurse=True", params: { key, recurse, profile, kwargs },
      run: async (args, ctx) => (await new Store(args, ctx).remove(args.key, args.recurse) ? true : null),
    }),
    tree: fn({ doc: "Give all below a path, as maps in maps.\n\nsalt myminion etcd.tree /path/to/keys", params: { path: p.string('/'), profile, kwargs }, run: (args, ctx) => new Store(args, ctx).tree(args.path) }),
  },
});
