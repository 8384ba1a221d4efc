/** Conversation with the kernel about watches, by way of a program. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { deferred, type Deferred } from '../../../kernel/std/async.js';
import { followProgram, type FollowedProgram } from '../../../kernel/sys/follow-program.js';
import { readKernelEvents, type KernelEvent } from './kernel-event.js';
import { INOTIFY_PROGRAM, SYSTEM_CALLS } from './program.data.js';

const ENOENT = 2;
const ENOSPC = 28;

export class KernelWatches {
  #program: FollowedProgram | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #asked = 0;
  readonly #answers = new Map<number, Deferred<number>>();
  readonly #onEvent: (event: KernelEvent) => void;
  readonly #onEnd: (reason: Error) => void;

  constructor(onEvent: (event: KernelEvent) => void, onEnd: (reason: Error) => void) {
    this.#onEvent = onEvent;
    this.#onEnd = onEnd;
  }

  /** @throws CommandExecutionError when inotify cannot be reached */
  async open(ctx: Context): Promise<void> {
    const calls = SYSTEM_CALLS[process.arch];
    if (process.platform !== 'linux' || calls === undefined) throw new CommandExecutionError(`inotify is not known on ${process.platform} ${process.arch}`);
    if (await ctx.sys.which('perl') === undefined) throw new CommandExecutionError('The inotify beacon needs the program perl');
    this.#program = await followProgram(['perl', '-e', INOTIFY_PROGRAM, ...calls.map(String)], {
      env: { PATH: ctx.sys.env['PATH'], LC_ALL: 'C' }, onOutput: (chunk) => this.#take(chunk), onEnd: (_code, words) => this.#ended(words),
    });
  }

  /** The number of the watch; undefined where there is nothing to watch. @throws CommandExecutionError when the kernel refuses */
  async add(path: string, mask: number): Promise<number | undefined> {
    this.#asked = (this.#asked + 1) % 0xffff_ffff;
    const number = this.#asked;
    const answer = deferred<number>();
    this.#answers.set(number, answer);
    this.#program?.write(`A ${number} ${mask} ${Buffer.from(path).toString('hex')}\n`);
    const watch = await answer.promise;
    if (watch >= 0) return watch;
    if (-watch === ENOENT) return undefined;
    const hint = -watch === ENOSPC ? ': the limit of watches is reached (fs.inotify.max_user_watches)' : '';
    throw new CommandExecutionError(`${path} cannot be watched, error ${-watch}${hint}`);
  }

  remove(watch: number): void {
    this.#program?.write(`R ${watch}\n`);
  }

  async close(): Promise<void> {
    this.#refuseAll(new CommandExecutionError('The watch is closed'));
    await this.#program?.stop();
    this.#program = undefined;
  }

  #ended(words: string): void {
    const reason = new CommandExecutionError(`The program that watches ended${words === '' ? '' : `: ${words}`}`);
    this.#refuseAll(reason);
    this.#onEnd(reason);
  }

  #refuseAll(reason: Error): void {
    for (const answer of this.#answers.values()) answer.reject(reason);
    this.#answers.clear();
  }

  #take(chunk: Buffer): void {
    const { events, rest } = readKernelEvents(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]));
    this.#rest = rest;
    for (const event of events) {
      if (event.mask === 0) this.#answer(event.cookie, event.watch);
      else this.#onEvent(event);
    }
  }

  #answer(number: number, watch: number): void {
    this.#answers.get(number)?.resolve(watch);
    this.#answers.delete(number);
  }
}
