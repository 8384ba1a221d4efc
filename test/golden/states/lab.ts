/** The set-up of `orchestrate.json`: a master `lab_master` and the minions `m1` and `m2`, all ours, as processes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../../src/client/door.js';
import { isPlainMap, type PlainMap } from '../../../src/kernel/std/value.js';
import { Hearing } from '../../support/fleet/events.js';
import { Program } from '../../support/fleet/program.js';
import { freePort, userName } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';
import { repository } from '../corpus.js';

const TREES = ['salt/base', 'pillar/base', 'work'];
const ANSWER_MS = 120_000;

export class Lab implements AsyncDisposable {
  readonly root: string;
  hearing!: Hearing;
  readonly #programs: Program[] = [];

  private constructor() {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'lab-')));
  }

  static async start(): Promise<Lab> {
    const lab = new Lab();
    try {
      await lab.#start();
      return lab;
    } catch (error) {
      const words = lab.#programs.map((program) => program.lastWords()).join('');
      await lab[Symbol.asyncDispose]();
      throw new Error(`The lab does not start: ${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
  }

  get work(): string {
    return join(this.root, 'work');
  }

  /** Replaces the files that master and minions serve and render. */
  layOut(tree: Readonly<Record<string, string>>, pillar: PlainMap | undefined): void {
    for (const folder of TREES) {
      rmSync(join(this.root, folder), { recursive: true, force: true });
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    };
    for (const [path, text] of Object.entries(tree)) write(`salt/base/${path}`, text);
    if (pillar === undefined) return;
    write('pillar/base/top.sls', "base:\n  '*': [_case]\n");
    write('pillar/base/_case.sls', `#!json\n${JSON.stringify(pillar)}`);
  }

  /** What the master answers to one request, frame by frame. */
  ask(op: 'publish' | 'runner', load: PlainMap): AsyncGenerator<PlainMap> {
    const key = readFileSync(join(this.root, 'm/var/cache/salt/master', `.${userName}_key`), 'utf8');
    return askMaster(join(this.root, 'm/s', DOOR_NAME), { op, key, user: userName, load }, AbortSignal.timeout(ANSWER_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hearing?.[Symbol.asyncDispose]();
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { root } = this;
    const [pub, ret] = [await freePort(), await freePort()];
    const common = { interface: '127.0.0.1', publish_port: pub, user: userName };
    this.layOut({}, undefined);
    this.#run('tsalt-master', 'm', 'master', {
      ...common, root_dir: `${root}/m`, ret_port: ret, auto_accept: true, log_file: `${root}/m/log`, sock_dir: `${root}/m/s`, worker_threads: 3, id: 'lab_master',
      file_roots: { base: [`${root}/salt/base`] }, pillar_roots: { base: [`${root}/pillar/base`] }, timeout: 15, gather_job_timeout: 5,
      nodegroups: { both: 'm1 or m2' }, fileserver_list_cache_time: 0, hash_type: 'sha256', cachedir: `${root}/m/var/cache/salt/master`,
    });
    const bus = { publish: join(root, 'm/s/master_event_pub.ipc'), pull: join(root, 'm/s/master_event_pull.ipc') };
    await until('the bus of the master', () => existsSync(bus.publish) && existsSync(bus.pull));
    this.hearing = await Hearing.on(bus);
    for (const num of [1, 2]) {
      this.#run('tsalt-minion', `n${num}`, 'minion', {
        ...common, root_dir: `${root}/n${num}`, master: '127.0.0.1', master_port: ret, id: `m${num}`, log_file: `${root}/n${num}/log`, sock_dir: `${root}/n${num}/s`, grains: { num },
        random_startup_delay: 0, acceptance_wait_time: 1,
      });
    }
    await until('answers of both minions', async () => {
      let answered = 0;
      for await (const frame of this.ask('publish', { fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', timeout_ms: 2000, gather_timeout_ms: 1000, kwargs: {} })) if (frame['kind'] === 'return') answered += 1;
      return answered === 2;
    });
  }

  #run(program: string, place: string, name: string, config: PlainMap): void {
    mkdirSync(join(this.root, place), { recursive: true });
    writeFileSync(join(this.root, place, name), JSON.stringify(config));
    this.#programs.push(new Program({
      name: place, argv: [process.execPath, join(repository, 'bin', program), '-c', join(this.root, place), '-l', 'error'], outputFile: join(this.root, place, 'out'), env: {},
    }));
  }
}

/** Started by the first case that needs it. */
export class LabOnDemand implements AsyncDisposable {
  #lab: Promise<Lab> | undefined;

  lab(): Promise<Lab> {
    return (this.#lab ??= Lab.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lab = await this.#lab?.catch(() => undefined);
    await lab?.[Symbol.asyncDispose]();
  }
}

export const mapOf = (value: unknown): PlainMap => (isPlainMap(value as PlainMap) ? value as PlainMap : {});
