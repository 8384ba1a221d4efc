/** A master of either kind, with its own folders and ports: ours (`tsalt`) or the real one (`salt`). */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { askMaster, MasterUnreachableError, DOOR_NAME } from '../../../src/client/door.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { Hearing } from './events.js';
import { runCommand, type CommandResult, type Launch, type Program } from './program.js';
import { repository, saltProgram } from './salt-venv.js';
import { freePort, userName, type Site } from './site.js';
import { until } from './until.js';

export type Kind = 'tsalt' | 'salt';

export interface Job {
  readonly tgt: Value;
  readonly fun: string | readonly string[];
  readonly arg?: readonly Value[];
  readonly kwarg?: PlainMap;
  readonly tgtType?: string;
  readonly timeoutMs?: number;
  /** Instead of a new one. */
  readonly jid?: string;
  /** Options that travel with the publication. */
  readonly options?: PlainMap;
}

export interface JobAnswers {
  readonly jid: string;
  /** Who should answer, as the master said. */
  readonly minions: readonly string[];
  /** The whole load of each return by minion. */
  readonly loads: Readonly<Record<string, PlainMap>>;
  /** The values by minion. */
  readonly returns: PlainMap;
  readonly missing: readonly string[];
  /** What the master refused, or why there was nobody to ask. */
  readonly error: string | undefined;
}

const FOLDERS = ['conf', 'srv/salt', 'srv/pillar', 'log', 'run', 'cache', 'pki'] as const;

export class MasterHost {
  readonly kind: Kind;
  readonly dir: string;
  readonly configDir: string;
  readonly requestPort: number;
  readonly publishPort: number;
  readonly host: string;
  readonly #site: Site;
  readonly #name: string;
  #program: Program | undefined;
  /** Around the program, used at each start. */
  launch: Launch = {};

  private constructor(site: Site, kind: Kind, name: string, ports: readonly [number, number], host = '127.0.0.1') {
    this.#site = site;
    this.host = host;
    this.kind = kind;
    this.#name = name;
    this.dir = join(site.dir, name);
    this.configDir = join(this.dir, 'conf');
    [this.publishPort, this.requestPort] = ports;
  }

  /** Writes the configuration; starts nothing. Files are served from `srv/salt`, pillar from `srv/pillar`. */
  static async prepare(site: Site, kind: Kind, name: string, config: PlainMap = {}): Promise<MasterHost> {
    const master = new MasterHost(site, kind, name, [await freePort(), await freePort()]);
    for (const folder of FOLDERS) mkdirSync(join(master.dir, folder), { recursive: true });
    master.configure(config);
    return master;
  }

  /** Another master on the same ports of 127.0.0.2: real minions look for one port on all their masters. */
  neighbour(name: string, config: PlainMap = {}): MasterHost {
    const master = new MasterHost(this.#site, this.kind, name, [this.publishPort, this.requestPort], '127.0.0.2');
    for (const folder of FOLDERS) mkdirSync(join(master.dir, folder), { recursive: true });
    master.configure(config);
    return master;
  }

  /** A master of another kind on the same folders, ports and configuration. This one must not run. */
  succeeded(kind: Kind): MasterHost {
    return new MasterHost(this.#site, kind, this.#name, [this.publishPort, this.requestPort], this.host);
  }

  configure(config: PlainMap): void {
    const { dir, requestPort, publishPort } = this;
    const full: PlainMap = {
      root_dir: dir, user: userName, interface: this.host, ret_port: requestPort, publish_port: publishPort, pki_dir: 'pki', cachedir: 'cache',
      sock_dir: 'run', log_file: 'log/master', log_level_logfile: 'debug', pidfile: 'run/master.pid', key_logfile: 'log/key', worker_threads: 3, timeout: 20,
      gather_job_timeout: 5, loop_interval: 1, file_roots: { base: [join(dir, 'srv/salt')] }, pillar_roots: { base: [join(dir, 'srv/pillar')] },
      fileserver_list_cache_time: 0, ...config,
    };
    // JSON is YAML.
    writeFileSync(join(this.configDir, 'master'), JSON.stringify(full, null, 1));
  }

  path(...names: readonly string[]): string {
    return join(this.dir, ...names);
  }

  /** Puts a file below `srv/`: `salt/top.sls`, `pillar/top.sls`. */
  serve(path: string, content: string | Uint8Array): string {
    return this.#site.write(join(this.#name, 'srv', path), content);
  }

  async start(): Promise<void> {
    // Left behind by a real master that was killed; the next one would not start.
    for (const name of ['master.pid', 'process_responsibility_master.pid']) rmSync(this.path('run', name), { force: true });
    const argv = this.kind === 'salt'
      ? [saltProgram('salt-master'), '-c', this.configDir, '-l', 'critical']
      : [process.execPath, join(repository, 'bin/tsalt-master'), '-c', this.configDir];
    const program = this.#site.start({
      name: `${this.kind} master`, argv: [...(this.launch.prefix ?? []), ...argv], env: this.launch.env ?? {},
      outputFile: this.path('log/output'), logFile: this.path('log/master'),
    });
    this.#program = program;
    await until(`the ${this.kind} master on its ports`, async () => {
      if (program.exitCode !== undefined) throw new Error(`The master ended with exit code ${program.exitCode}\n${program.lastWords()}`);
      // Asked, not looked for: a master that was killed leaves its sockets behind.
      return (await isOpen(this.requestPort, this.host)) && (await isOpen(this.publishPort, this.host)) && (await isOpen(this.bus.publish)) && isOpen(this.bus.pull);
    });
  }

  async stop(): Promise<number> {
    return this.#program?.stop() ?? 0;
  }

  /** The process that runs. @throws Error before the start */
  get process(): Program {
    if (this.#program === undefined) throw new Error('The master was not started');
    return this.#program;
  }

  get bus() {
    return { publish: this.path('run/master_event_pub.ipc'), pull: this.path('run/master_event_pull.ipc') };
  }

  async hear(): Promise<Hearing> {
    return this.#site.own(await Hearing.on(this.bus));
  }

  /** Ids in a folder of keys: `minions`, `minions_pre`, ... */
  keys(state: string): string[] {
    const folder = this.path('pki', state);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** Waits until the keys are pending, and accepts them as `salt-key` does: by moving the file. */
  async accept(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await until(`the pending key of ${id}`, () => this.keys('minions_pre').includes(id));
      renameSync(this.path('pki/minions_pre', id), this.path('pki/minions', id));
    }
  }

  log(): string {
    return readFileSync(this.path('log/master'), 'utf8');
  }

  /** Runs a program of real Salt on this host: `salt`, `salt-key`, `salt-run`. */
  salt(program: string, ...words: readonly string[]): Promise<CommandResult> {
    return runCommand([saltProgram(program), '-c', this.configDir, ...words]);
  }

  /** Runs one of our programs on this host: `tsalt`, `tsalt-key`, `tsalt-run`. */
  tsalt(program: string, ...words: readonly string[]): Promise<CommandResult> {
    return runCommand([process.execPath, join(repository, 'bin', program), '-c', this.configDir, ...words]);
  }

  /** Runs a job with the command line of the master's kind; gives the values by minion. @throws Error when its output is no JSON */
  async command(...words: readonly string[]): Promise<PlainMap> {
    const run = [...words, '--out=json', '--static'];
    const { code, stdout, stderr } = await (this.kind === 'salt' ? this.salt('salt', ...run) : this.tsalt('tsalt', ...run));
    try {
      return JSON.parse(stdout) as PlainMap;
    } catch (cause) {
      throw new Error(`${words.join(' ')} gave no JSON (exit code ${code}): ${stdout}${stderr}`, { cause });
    }
  }

  /** Has our master do a job and waits for all answers. */
  async job(job: Job): Promise<JobAnswers> {
    const kwarg = job.kwarg === undefined ? [] : [{ ...job.kwarg, __kwarg__: true }];
    const load: PlainMap = {
      fun: typeof job.fun === 'string' ? job.fun : [...job.fun], arg: [...(job.arg ?? []), ...kwarg], tgt: job.tgt, tgt_type: job.tgtType ?? 'glob',
      timeout_ms: job.timeoutMs ?? 30_000, gather_timeout_ms: 3000, kwargs: job.options ?? {}, ...(job.jid === undefined ? {} : { jid: job.jid }),
    };
    const loads: Record<string, PlainMap> = {};
    const missing: string[] = [];
    let jid = '';
    let minions: string[] = [];
    let error: string | undefined;
    for await (const frame of this.#door('publish', load)) {
      if (frame['kind'] === 'published') {
        jid = String(frame['jid']);
        minions = (frame['minions'] as string[]).map(String);
      } else if (frame['kind'] === 'return') loads[String(frame['id'])] = frame['load'] as PlainMap;
      else if (frame['kind'] === 'missing') missing.push(String(frame['id']));
      else if (frame['kind'] !== 'noted') error = isPlainMap(frame['error']) ? String(frame['error']['message']) : String(frame['error']);
    }
    return { jid, minions, loads, missing, error, returns: Object.fromEntries(Object.entries(loads).map(([id, answer]) => [id, answer['return'] ?? null])) };
  }

  /** The value that one minion gives. @throws Error when it gives none */
  async call(id: string, fun: string, arg: readonly Value[] = [], kwarg?: PlainMap): Promise<Value> {
    const answers = await this.job({ tgt: [id], tgtType: 'list', fun, arg, ...(kwarg === undefined ? {} : { kwarg }) });
    const load = answers.loads[id];
    if (load === undefined) throw new Error(`${id} did not answer ${fun} (${answers.error ?? 'silent'})`);
    return load['return'] ?? null;
  }

  /** Waits until all of these answer a ping: a job that is published before a minion subscribed again is lost, as with real Salt. */
  async allAnswer(...ids: readonly string[]): Promise<void> {
    await until(`answers of ${ids.join(', ')}`, async () => {
      try {
        const { returns } = await this.job({ tgt: [...ids], tgtType: 'list', fun: 'test.ping', timeoutMs: 1500 });
        return ids.every((id) => returns[id] === true);
      } catch (error) {
        // A master that has just been started may not listen yet.
        if (error instanceof MasterUnreachableError) return false;
        throw error;
      }
    });
  }

  #door(op: 'publish' | 'runner' | 'wheel', load: PlainMap): AsyncGenerator<PlainMap> {
    const key = readFileSync(this.path('cache', `.${userName}_key`), 'utf8');
    return askMaster(this.path('run', DOOR_NAME), { op, key, user: userName, load }, AbortSignal.timeout(100_000));
  }
}

/** Whether somebody listens on a port of the loopback, or on a local socket. */
export function isOpen(place: number | string, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof place === 'number' ? connect(place, host) : connect(place);
    const say = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', () => say(true));
    socket.on('error', () => say(false));
  });
}
