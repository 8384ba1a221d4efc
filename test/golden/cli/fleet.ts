/**
 * The set-up of the groups `salt`, `salt-run`, `salt-call` and `salt-cp`: our master with our minions web1, web2 and db1,
 * configured by the files of the recordings. Ports are free ones.
 */
import { existsSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobStore } from '../../../src/master/jobs/job-store.js';
import { Hearing } from '../../support/fleet/events.js';
import { Program } from '../../support/fleet/program.js';
import { freePort } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';
import { repository } from '../corpus.js';
import { copyWritable } from './key-store.js';
import { runOurs } from './recording.js';

const MINIONS = ['web1', 'web2', 'db1'] as const;
/** The recordings name these; all are replaced by free ports. */
const RECORDED_PORTS = ['24405', '24406', '24480'];
const LATE_FILE = 'fire.sls';
const BIG_FILE_BYTES = 1024 * 1024;

export class Fleet implements AsyncDisposable {
  readonly root: string;
  readonly #programs = new Map<string, Program>();
  #apiPort = 0;

  private constructor(root: string) {
    this.root = root;
  }

  /** Gives a fleet whose minions have started and synced their modules. */
  static async start(fixture: string): Promise<Fleet> {
    const fleet = new Fleet(realpathSync(mkdtempSync(join(tmpdir(), 'gf-'))));
    try {
      await fleet.#prepare(fixture);
      await fleet.#startAll();
    } catch (error) {
      const words = [...fleet.#programs.values()].map((program) => program.lastWords()).join('');
      await fleet[Symbol.asyncDispose]();
      throw new Error(`The fleet does not start: ${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
    return fleet;
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  /** Accepts a key to which no minion belongs. */
  ghost(id: string): Disposable {
    const path = this.path('m1', 'pki', 'minions', id);
    copyFileSync(this.path('ghost.pub'), path);
    return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
  }

  /** Serves the file that came after the first recordings: listings of the other groups do not have it. */
  serveLateFile(): void {
    copyFileSync(this.path(LATE_FILE), this.path('srv', 'salt', LATE_FILE));
  }

  /** Starts the API of the master; gives its address. */
  async startApi(): Promise<string> {
    this.#start('api', ['tsalt-api', '-c', this.path('conf')]);
    const address = `http://127.0.0.1:${this.#apiPort}`;
    await until('the API', async () => {
      const api = this.#programs.get('api');
      if (api?.exitCode !== undefined) throw new Error(`the API ended with exit code ${api.exitCode}: ${api.lastWords()}`);
      return fetch(address, { method: 'HEAD' }).then(() => true, () => false);
    });
    return address;
  }

  /** Empties the job store of the running master. */
  async forgetJobs(): Promise<void> {
    const store = new JobStore(this.path('m1', 'cache', 'tsalt-jobs.db'));
    await store.removeOlder(Date.now() + 60_000);
    store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#programs.values()].map((program) => program.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  async #prepare(fixture: string): Promise<void> {
    this.#apiPort = await freePort();
    const ports = [String(await freePort()), String(await freePort()), String(this.#apiPort)];
    const fill = (text: string): string =>
      RECORDED_PORTS.reduce((filled, port, at) => filled.replaceAll(port, ports[at] ?? ''), text.replaceAll('/ROOT', this.root));
    copyWritable(join(fixture, 'srv'), this.path('srv'));
    this.#fillStates(fill);
    renameSync(this.path('srv', 'salt', LATE_FILE), this.path(LATE_FILE));
    writeFileSync(this.path('srv', 'salt', 'files', 'big.bin'), Buffer.alloc(BIG_FILE_BYTES, 0x80));
    for (const folder of ['conf', 'scratch', 'm1/run', 'm1/log', 'm1/cache', 'm1/pki/minions', 'ours/modules', 'ours/runners']) mkdirSync(this.path(folder), { recursive: true });
    const own = join(repository, 'test', 'golden', 'cli', 'fixture');
    copyFileSync(join(own, 'demo.mjs'), this.path('ours', 'modules', 'demo.mjs'));
    copyFileSync(join(own, 'demorun.mjs'), this.path('ours', 'runners', 'demorun.mjs'));
    copyFileSync(join(fixture, 'keys', 'minions', 'web1'), this.path('ghost.pub'));
    const extra = `\nmodule_dirs:\n  - ${this.path('ours')}\n`;
    const master = fill(readFileSync(join(fixture, 'conf', 'master'), 'utf8')).replace('runner_dirs:\n', `runner_dirs:\n  - ${this.path('ours', 'runners')}\n`);
    writeFileSync(this.path('conf', 'master'), master + extra);
    writeFileSync(this.path('conf', 'users'), 'alice:wonder\n', { mode: 0o600 });
    for (const id of MINIONS) {
      for (const folder of ['conf', 'run', 'log', 'cache', 'pki']) mkdirSync(this.path('minions', id, folder), { recursive: true });
      writeFileSync(this.path('minions', id, 'conf', 'minion'), fill(readFileSync(join(fixture, 'conf', `minion-${id}`), 'utf8')) + extra);
    }
  }

  /** States that write below the folder of the recording write below ours. */
  #fillStates(fill: (text: string) => string): void {
    for (const name of readdirSync(this.path('srv', 'salt')).filter((entry) => entry.endsWith('.sls'))) {
      const path = this.path('srv', 'salt', name);
      const text = readFileSync(path, 'utf8');
      if (text.includes('/ROOT')) writeFileSync(path, fill(text));
    }
  }

  async #startAll(): Promise<void> {
    this.#startMaster();
    await using hearing = await this.#hear();
    for (const id of MINIONS) this.#start(`minion ${id}`, ['tsalt-minion', '-c', this.path('minions', id, 'conf')]);
    await Promise.all(MINIONS.map((id) => until(`the key of ${id}`, () => existsSync(this.path('m1', 'pki', 'minions_pre', id)))));
    await runOurs(['tsalt-key', '-c', this.path('conf'), '-y', '-A'], { root: this.root });
    await Promise.all(MINIONS.map((id) => hearing.heard(`salt/minion/${id}/start`)));
    await runOurs(['tsalt', '-c', this.path('conf'), '*', 'saltutil.sync_all'], { root: this.root });
  }

  #startMaster(): void {
    this.#start('master', ['tsalt-master', '-c', this.path('conf')]);
  }

  #start(name: string, [program = '', ...words]: readonly string[]): void {
    const logs = name === 'master' || name === 'api' ? this.path('m1', 'log') : this.path('minions', name.replace('minion ', ''), 'log');
    this.#programs.set(name, new Program({
      name, argv: [process.execPath, join(repository, 'bin', program), ...words], outputFile: join(logs, `output-${name.split(' ')[0] ?? ''}`),
      env: { HOME: this.root, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    }));
  }

  async #hear(): Promise<Hearing> {
    const paths = { publish: this.path('m1', 'run', 'master_event_pub.ipc'), pull: this.path('m1', 'run', 'master_event_pull.ipc') };
    await until('the bus of the master', () => {
      const master = this.#programs.get('master');
      if (master?.exitCode !== undefined) throw new Error(`the master ended with exit code ${master.exitCode}`);
      return existsSync(paths.publish) && existsSync(paths.pull);
    });
    return Hearing.on(paths);
  }
}
