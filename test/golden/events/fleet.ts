/** The set-up of the recorded events: our master and our minions evt1 and evt2, configured by the files of the recordings. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hearing } from '../../support/fleet/events.js';
import { Program, runCommand } from '../../support/fleet/program.js';
import { freePort } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';
import { copyWritable } from '../cli/key-store.js';
import { repository } from '../corpus.js';

/** The recordings name these; both are replaced by free ports. */
const RECORDED_PORTS = ['24425', '24426'];
const PROGRAMS = { salt: 'm', 'salt-cp': 'm', 'salt-key': 'm', 'salt-run': 'm', 'salt-call': 'evt1' } as const;
const ENV = { LC_ALL: 'C.UTF-8', TZ: 'UTC', SUDO_USER: '' };

export class EventFleet implements AsyncDisposable {
  readonly root: string;
  hearing!: Hearing;
  readonly #programs = new Map<string, Program>();

  private constructor(root: string) {
    this.root = root;
  }

  /** Gives a master that runs; its minions do not yet. `dir` holds all recordings. */
  static async start(dir: string): Promise<EventFleet> {
    const fleet = new EventFleet(realpathSync(mkdtempSync(join(tmpdir(), 'ge-'))));
    try {
      await fleet.#prepare(dir);
      fleet.#start('m', 'tsalt-master');
      const bus = { publish: fleet.path('ev/m/run/master_event_pub.ipc'), pull: fleet.path('ev/m/run/master_event_pull.ipc') };
      await until('the bus of the master', () => existsSync(bus.publish) && existsSync(bus.pull));
      fleet.hearing = await Hearing.on(bus);
      return fleet;
    } catch (error) {
      const words = fleet.lastWords();
      await fleet[Symbol.asyncDispose]();
      throw new Error(`The fleet does not start: ${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  startMinion(name: string): void {
    this.#start(name, 'tsalt-minion');
  }

  async stop(name: string): Promise<void> {
    await this.#programs.get(name)?.stop();
    this.#programs.delete(name);
  }

  runs(name: string): boolean {
    const program = this.#programs.get(name);
    return program !== undefined && program.exitCode === undefined;
  }

  /** Runs a recorded command in a shell; `salt` and its sisters are ours. */
  async run(command: string): Promise<void> {
    await runCommand(['/bin/sh', '-c', command.replaceAll('/ROOT', this.root)], { env: { ...ENV, HOME: this.root, PATH: `${this.path('bin')}:${process.env['PATH'] ?? ''}` } });
  }

  lastWords(): string {
    return [...this.#programs.values()].map((program) => program.lastWords()).join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hearing?.[Symbol.asyncDispose]();
    await Promise.all([...this.#programs.values()].map((program) => program.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  async #prepare(dir: string): Promise<void> {
    const ports = [String(await freePort()), String(await freePort())];
    const fill = (text: string): string =>
      RECORDED_PORTS.reduce((filled, port, at) => filled.replaceAll(port, ports[at] ?? ''), text.replaceAll('/ROOT', this.root));
    const fixture = (name: string): string => fill(readFileSync(join(dir, 'fixture', name), 'utf8'));
    copyWritable(join(dir, '..', 'cli', 'fixture', 'srv'), this.path('srv'));
    copyWritable(join(dir, 'fixture', 'reactor'), this.path('ev', 'reactor'));
    for (const folder of ['bin', 'conf', 'ours/modules', 'ours/runners']) mkdirSync(this.path(folder), { recursive: true });
    const own = join(repository, 'test', 'golden', 'cli', 'fixture');
    copyFileSync(join(own, 'demo.mjs'), this.path('ours', 'modules', 'demo.mjs'));
    copyFileSync(join(own, 'demorun.mjs'), this.path('ours', 'runners', 'demorun.mjs'));
    writeFileSync(this.path('conf', 'users'), 'alice:wonderland\n', { mode: 0o600 });
    const extra = `\nmodule_dirs:\n  - ${this.path('ours')}\n`;
    const minion = fixture('minion-evt1') + extra;
    this.#configure('m', 'master', fixture('master').replace('loop_interval: 5', 'loop_interval: 1').replace('runner_dirs:\n', `runner_dirs:\n  - ${this.path('ours', 'runners')}\n`) + extra);
    this.#configure('evt1', 'minion', minion);
    this.#configure('evt2', 'minion', minion.replaceAll('evt1', 'evt2'));
    // Another machine that calls itself evt2.
    this.#configure('other', 'minion', minion.replaceAll('ev/evt1', 'ev/other').replaceAll('evt1', 'evt2'));
    for (const [name, place] of Object.entries(PROGRAMS)) {
      const script = `#!/bin/sh\nexec '${process.execPath}' '${join(repository, 'bin', `t${name}`)}' -c '${this.path('ev', place, 'conf')}' "$@"\n`;
      writeFileSync(this.path('bin', name), script);
      chmodSync(this.path('bin', name), 0o755);
    }
  }

  #configure(place: string, name: string, text: string): void {
    for (const folder of ['conf', 'run', 'log', 'cache', 'pki']) mkdirSync(this.path('ev', place, folder), { recursive: true });
    writeFileSync(this.path('ev', place, 'conf', name), text);
  }

  #start(place: string, program: string): void {
    this.#programs.set(place, new Program({
      name: place, argv: [process.execPath, join(repository, 'bin', program), '-c', this.path('ev', place, 'conf')],
      outputFile: this.path('ev', place, 'log', 'output'), env: { ...ENV, HOME: this.root },
    }));
  }
}
