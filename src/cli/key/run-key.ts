/**
 * `tsalt-key`: asks the key service and shows what it says. The service decides; here are only questions and texts.
 *
 * Source: golden cli/key-*; observed, Salt 3008.3.
 */
import type { KeyChange, KeyLists } from '../../kernel/contract/ports.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { EXIT } from '../exit-code.js';
import type { KeyRequest } from './key-request.js';

/** What the key service can do for the command. */
export interface KeyDesk {
  listed(word: string): Promise<KeyLists> | KeyLists;
  matching(match: Value): Promise<KeyLists> | KeyLists;
  accept(wanted: Value, change: KeyChange): Promise<KeyLists>;
  reject(wanted: Value, change: KeyChange): Promise<KeyLists>;
  delete(wanted: Value): Promise<KeyLists>;
  texts(match: Value): Promise<PlainMap> | PlainMap;
  fingers(match: Value): Promise<PlainMap> | PlainMap;
  pairFiles(): Promise<string>;
  signMasterKey(): Promise<Value>;
}

export interface KeyHost {
  print(text: string): void;
  /** Asks; undefined when nobody can answer. */
  ask(question: string): Promise<string | undefined>;
  complain(text: string): void;
  show(data: Value, outputter: 'key' | 'nested'): Promise<void>;
}

const WORDS = { accept: 'accepted', reject: 'rejected', delete: 'deleted' } as const;
const QUESTION = { accept: 'Proceed? [n/Y] ', reject: 'Proceed? [n/Y] ', delete: 'Proceed? [N/y] ' } as const;

/** Gives the exit code. */
export async function runKey(request: KeyRequest, desk: KeyDesk, host: KeyHost): Promise<number> {
  const { action, match } = request;
  if (action === 'accept' || action === 'reject' || action === 'delete') return change(action, request, desk, host);
  if (action === 'list') await host.show(withoutLocal(await desk.listed(match)), 'key');
  else if (action === 'print') await host.show(await desk.texts(match), 'key');
  else if (action === 'finger') await host.show(await desk.fingers(match), 'key');
  else await host.show({ return: action === 'gen_keys' ? await desk.pairFiles() : await desk.signMasterKey() }, 'nested');
  return EXIT.ok;
}

async function change(action: 'accept' | 'reject' | 'delete', request: KeyRequest, desk: KeyDesk, host: KeyHost): Promise<number> {
  const found = chosen(action, request.change, await desk.matching(request.match));
  if (Object.keys(found).length === 0) {
    host.print(`The key glob '${request.match}' does not match any ${statesText(request.change)} keys.`);
    return EXIT.ok;
  }
  host.print(`The following keys are going to be ${WORDS[action]}:`);
  await host.show(found, 'key');
  if (!request.yes && !(await isAgreed(action, host))) return EXIT.ok;
  // What was shown is what is changed, also when other keys came in the meantime.
  const done = action === 'delete' ? await desk.delete(found) : await desk[action](found, request.change);
  for (const ids of Object.values(action === 'delete' ? found : done)) {
    for (const id of ids as readonly string[]) host.print(`Key for minion ${id} ${WORDS[action]}.`);
  }
  return EXIT.ok;
}

/** The keys that the action is about: for a deletion all that match, else those that wait and the states asked for. */
function chosen(action: 'accept' | 'reject' | 'delete', include: KeyChange, found: KeyLists): PlainMap {
  const statuses = action === 'delete' ? Object.keys(found) : [
    'minions_pre',
    ...(include.accepted === true ? ['minions'] : []),
    ...(include.rejected === true ? ['minions_rejected'] : []),
    ...(include.denied === true ? ['minions_denied'] : []),
  ];
  const kept = statuses.map((status) => [status, found[status] ?? []] as const).filter(([, ids]) => ids.length > 0);
  return Object.fromEntries(kept.map(([status, ids]) => [status, [...ids]]));
}

async function isAgreed(action: 'accept' | 'reject' | 'delete', host: KeyHost): Promise<boolean> {
  const answer = await host.ask(QUESTION[action]);
  if (answer === undefined) {
    host.complain('[ERROR   ] EOF when reading a line');
    return false;
  }
  return (answer || (action === 'delete' ? 'n' : 'y')).toLowerCase().startsWith('y');
}

function statesText(include: KeyChange): string {
  const states = [
    'unaccepted',
    ...(include.accepted === true ? ['accepted'] : []),
    ...(include.rejected === true ? ['rejected'] : []),
    ...(include.denied === true ? ['denied'] : []),
  ];
  return states.length === 1 ? 'unaccepted' : `${states.slice(0, -1).join(', ')} or ${states.at(-1) ?? ''}`;
}

function withoutLocal({ local, ...rest }: KeyLists): PlainMap {
  void local;
  return Object.fromEntries(Object.entries(rest).map(([status, ids]) => [status, [...ids]]));
}
