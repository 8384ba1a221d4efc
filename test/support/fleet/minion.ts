/** A minion of either kind: ours (`tsalt`) or the real one (`salt`). */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventSocketHash } from '../../../src/bus/crypto/digest.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { Hearing } from './events.js';
import type { Kind, MasterHost } from './master.js';
import { runCommand, type CommandResult, type Launch, type Program } from './program.js';
import { repository, saltProgram } from './salt-venv.js';
import { userName, type Site } from './site.js';

export class MinionHost {
  readonly id: string;
  readonly kind: Kind;
  readonly dir: string;
  readonly configDir: string;
  readonly #site: Site;
  readonly #master: MasterHost;
  #program: Program | undefined;
  /** Around the program: words before its own, such as `ip netns exec`, and variables. Used at each start. */
  launch: Launch = {};

  /** Writes the configuration; starts nothing. */
  constructor(site: Site, kind: Kind, id: string, master: MasterHost, config: PlainMap = {}) {
    this.#site = site;
    this.kind = kind;
    this.id = id;
    this.#master = master;
    this.dir = join(site.dir, id);
    this.configDir = join(this.dir, 'conf');
    for (const folder of ['conf', 'log', 'run', 'cache', 'pki']) mkdirSync(join(this.dir, folder), { recursive: true });
    this.configure(config);
  }

  configure(config: PlainMap): void {
    const full: PlainMap = {
      root_dir: this.dir, id: this.id, user: userName, master: '127.0.0.1', master_port: this.#master.requestPort, pki_dir: 'pki', cachedir: 'cache',
      sock_dir: 'run', log_file: 'log/minion', log_level_logfile: 'info', pidfile: 'run/minion.pid', acceptance_wait_time: 1, random_startup_delay: 0,
      random_reauth_delay: 1, recon_default: 100, recon_max: 500, recon_randomize: false, return_retry_timer: 1, return_retry_timer_max: 2,
      enable_fqdns_grains: false, ...config,
    };
    writeFileSync(join(this.configDir, 'minion'), JSON.stringify(full, null, 1));
  }

  path(...names: readonly string[]): string {
    return join(this.dir, ...names);
  }

  start(): void {
    // Left behind by a real minion that was killed; the next one would not start.
    for (const name of ['minion.pid', 'process_responsibility_minion.pid']) rmSync(this.path('run', name), { force: true });
    const argv = this.kind === 'salt'
      ? [saltProgram('salt-minion'), '-c', this.configDir, '-l', 'critical']
      : [process.execPath, join(repository, 'bin/tsalt-minion'), '-c', this.configDir];
    this.#program = this.#site.start({
      name: `${this.kind} minion ${this.id}`, argv: [...(this.launch.prefix ?? []), ...argv], env: this.launch.env ?? {},
      outputFile: this.path('log/output'), logFile: this.path('log/minion'),
    });
  }

  async stop(): Promise<number> {
    return this.#program?.stop() ?? 0;
  }

  /** The process that runs. @throws Error before the start */
  get process(): Program {
    if (this.#program === undefined) throw new Error(`The minion ${this.id} was not started`);
    return this.#program;
  }

  /** Its exit code, once it ends by itself. */
  async ended(): Promise<number> {
    return this.#program?.ended() ?? 0;
  }

  get exitCode(): number | undefined {
    return this.#program?.exitCode;
  }

  log(): string {
    const path = this.path('log/minion');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async hear(): Promise<Hearing> {
    const hash = eventSocketHash(this.id, 'sha256');
    return this.#site.own(await Hearing.on({
      publish: this.path('run', `minion_event_${hash}_pub.ipc`), pull: this.path('run', `minion_event_${hash}_pull.ipc`),
    }));
  }

  /** Runs `salt-call` or `tsalt-call` as this minion. */
  callProgram(...words: readonly string[]): Promise<CommandResult> {
    const argv = this.kind === 'salt' ? [saltProgram('salt-call')] : [process.execPath, join(repository, 'bin/tsalt-call')];
    return runCommand([...argv, '-c', this.configDir, ...words]);
  }
}

/** Starts minions, accepts their keys and waits until the master has heard that they started. */
export async function enrol(master: MasterHost, hearing: Hearing, minions: readonly MinionHost[]): Promise<void> {
  for (const minion of minions) minion.start();
  await master.accept(...minions.map(({ id }) => id));
  await Promise.all(minions.map(({ id }) => hearing.heard(`salt/minion/${id}/start`)));
}
