/**
 * A network of its own for one program, joined to this machine by a pair of interfaces: packets can really be lost, in one direction
 * or both, and connections are not told. Needs root and the programs `ip` and `tc`.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { Launch } from '../fleet/program.js';

/** Lets nothing pass: no packet is as small as its bucket. */
const NOTHING = ['tbf', 'rate', '8bit', 'burst', '1', 'latency', '1ms'];

export class Namespace implements AsyncDisposable {
  readonly name: string;
  /** Address of this machine, seen from inside. */
  readonly hostAddress: string;
  readonly #outside: string;
  readonly #inside: string;

  private constructor(name: string, octet: number) {
    this.name = name;
    this.#outside = `${name}o`;
    this.#inside = `${name}i`;
    this.hostAddress = `10.231.${octet}.1`;
  }

  /**
   * Each has a name of its own: the kernel takes the interfaces of a deleted namespace away only some time after it.
   * @throws Error with the words of `ip`
   */
  static make(): Namespace {
    const octet = randomInt(250);
    const space = new Namespace(`tsf${randomInt(16 ** 7).toString(16)}`, octet);
    const { name } = space;
    run('ip', 'netns', 'add', name);
    run('ip', 'link', 'add', space.#outside, 'type', 'veth', 'peer', 'name', space.#inside, 'netns', name);
    run('ip', 'addr', 'add', `${space.hostAddress}/30`, 'dev', space.#outside);
    run('ip', 'link', 'set', space.#outside, 'up');
    run('ip', '-n', name, 'addr', 'add', `10.231.${octet}.2/30`, 'dev', space.#inside);
    run('ip', '-n', name, 'link', 'set', space.#inside, 'up');
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    return space;
  }

  /** For a program that is to run inside. */
  get launch(): Launch {
    return { prefix: ['ip', 'netns', 'exec', this.name] };
  }

  /** All packets that leave the namespace are lost, or all that come, or both. */
  lose(...ways: readonly ('leaving' | 'coming')[]): void {
    if (ways.includes('coming')) run('tc', 'qdisc', 'add', 'dev', this.#outside, 'root', ...NOTHING);
    if (ways.includes('leaving')) run('tc', '-n', this.name, 'qdisc', 'add', 'dev', this.#inside, 'root', ...NOTHING);
  }

  heal(): void {
    // One of them may not be there.
    spawnSync('tc', ['qdisc', 'del', 'dev', this.#outside, 'root']);
    spawnSync('tc', ['-n', this.name, 'qdisc', 'del', 'dev', this.#inside, 'root']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its other end goes with it; a program left inside would keep both.
    spawnSync('ip', ['link', 'del', this.#outside]);
    spawnSync('ip', ['netns', 'del', this.name]);
    await Promise.resolve();
  }
}

function run(program: string, ...words: readonly string[]): void {
  const done = spawnSync(program, words, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${done.error?.message ?? done.stderr.trim()}`);
}

/** Why there can be no namespace here, or false; found out by making one and losing packets in it. */
export async function skipWithoutNamespaces(): Promise<string | false> {
  try {
    await using space = Namespace.make();
    space.lose('leaving', 'coming');
    space.heal();
    return false;
  } catch (error) {
    return `no network namespaces: ${error instanceof Error ? error.message : String(error)}`;
  }
}
