/**
 * What a command of the request port declares: who may send it, how large it may be, what it does.
 * A command without a rule cannot be put into the table, and so cannot start.
 */
import type { Peer } from '../../bus/transport/contract.js';
import type { EncryptionAlgorithm, SignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import type { MinionId } from '../../kernel/contract/job.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { RefusalReason } from './refusals.js';

/** Who sent a request, as proven: by the session key of an accepted minion, or not at all. */
export type Sender =
  | { readonly kind: 'minion'; readonly id: MinionId; readonly encAlgo: EncryptionAlgorithm; readonly sigAlgo: SignatureAlgorithm; readonly nonce: string }
  | { readonly kind: 'unproven'; readonly peer: Peer };

export type MinionSender = Extract<Sender, { kind: 'minion' }>;

/** What goes back. `value`: sealed for a minion, in clear for others. `frame`: exactly these bytes. `nothing`: no reply; the sender asks again. */
export type Reply =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'nothing' }
  /** Counted and logged as a refusal; with a text it is sent in clear, without one the sender asks again. */
  | { readonly kind: 'refused'; readonly why: RefusalReason; readonly text?: string };

export const reply = (value: Value): Reply => ({ kind: 'value', value });

interface CommandBase {
  /** As it stands in `load.cmd`. */
  readonly name: string;
  /** Who may send it and what of the payload is believed: one sentence, shown in docs/security.md. */
  readonly rule: string;
  /** Largest request, in bytes. */
  readonly bytesMax: number;
}

/** Sent under the session key of an accepted minion; `sender.id` is proven, ids inside the load are not believed. */
export interface MinionCommand extends CommandBase {
  readonly from: 'minion';
  run(load: PlainMap, sender: MinionSender): Promise<Reply>;
}

/** Sent in clear: the load itself must prove who asks. */
export interface OpenCommand extends CommandBase {
  readonly from: 'open';
  run(load: PlainMap, sender: Sender): Promise<Reply>;
}

export type Command = MinionCommand | OpenCommand;

const KIB = 1024;
/** Sizes that commands choose from. */
export const SIZES = { small: 64 * KIB, medium: 4 * KIB * KIB, clear: 16 * KIB * KIB, large: 128 * KIB * KIB } as const;

export class CommandTable {
  readonly #commands = { minion: new Map<string, MinionCommand>(), open: new Map<string, OpenCommand>() };

  readonly #all: readonly Command[];
  /** Of the command that may be largest. */
  readonly bytesMax: number;

  /** @throws TypeError for a command without rule or bound, or declared twice */
  constructor(commands: readonly Command[]) {
    this.#all = commands;
    this.bytesMax = Math.max(0, ...commands.map((command) => command.bytesMax));
    for (const command of commands) {
      if (command.rule.trim() === '') throw new TypeError(`Command ${command.name} has no rule`);
      if (!(command.bytesMax > 0)) throw new TypeError(`Command ${command.name} has no size limit`);
      if (this.#commands[command.from].has(command.name)) throw new TypeError(`Command ${command.name} is declared twice`);
      if (command.from === 'minion') this.#commands.minion.set(command.name, command);
      else this.#commands.open.set(command.name, command);
    }
  }

  /** A command that may be sent this way, or undefined. */
  find<From extends Command['from']>(from: From, name: Value | undefined): Extract<Command, { from: From }> | undefined {
    if (typeof name !== 'string') return undefined;
    return this.#commands[from].get(name) as Extract<Command, { from: From }> | undefined;
  }

  all(): Command[] {
    return [...this.#all];
  }

}
