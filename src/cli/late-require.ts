/**
 * Parts of Node that take milliseconds to load and that most runs of a command never use: here they are loaded when something of
 * them is used. For linked programs, whose whole text runs in one go; see `linked-program.ts`.
 */
const LATE: ReadonlySet<string> = new Set([
  'child_process', 'crypto', 'dgram', 'dns', 'dns/promises', 'http', 'http2', 'https', 'perf_hooks', 'readline', 'readline/promises', 'tls',
  'worker_threads', 'zlib',
]);

type Names = Record<string | symbol, unknown>;

export function lateRequire(require: NodeJS.Require): NodeJS.Require {
  const known = new Map<string, Names>();
  const late = (name: string): unknown => {
    if (!LATE.has(name.replace(/^node:/, ''))) return require(name);
    const found = known.get(name) ?? lateModule(() => require(name) as Names);
    known.set(name, found);
    return found;
  };
  return Object.assign(late, require);
}

function lateModule(load: () => Names): Names {
  let loaded: Names | undefined;
  const real = (): Names => (loaded ??= load());
  return new Proxy<Names>({}, {
    get: (_none, key) => real()[key],
    has: (_none, key) => key in real(),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_none, key) => ({ ...Reflect.getOwnPropertyDescriptor(real(), key), configurable: true }),
  });
}
