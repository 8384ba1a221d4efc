/** Which action a line of `tsalt-key` asks for. Source: golden, cli/key-*; read, Salt 3008.3. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import type { KeyChange } from '../../kernel/contract/ports.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { UsageError, type ParsedLine } from '../parsed-line.js';

export type KeyAction = 'gen_keys' | 'gen_signature' | 'list' | 'print' | 'accept' | 'reject' | 'delete' | 'finger';

export interface KeyRequest {
  readonly action: KeyAction;
  readonly match: string;
  readonly change: KeyChange;
  readonly yes: boolean;
}

/** The first that was given counts. */
const ACTIONS = [
  'gen_keys', 'gen_signature', 'list', 'list_all', 'print', 'print_all', 'accept', 'accept_all', 'reject', 'reject_all',
  'delete', 'delete_all', 'finger', 'finger_all',
] as const;
const LISTS = ['acc', 'pre', 'un', 'rej', 'den', 'all'];
const BITS_LEAST = 2048;
const BITS_MOST = 32_768;

/** @throws UsageError */
export function keyRequest({ values }: ParsedLine): KeyRequest {
  refuseWrongValues(values);
  const found = ACTIONS.find((name) => values[name] === true || (typeof values[name] === 'string' && values[name] !== '')) ?? 'list_all';
  const action = found.replace(/_all$/, '') as KeyAction;
  const match = found === 'list_all' ? 'all' : found.endsWith('_all') ? '*' : String(values[found]);
  const all = values['include_all'] === true;
  return {
    action, match, yes: values['yes'] === true,
    change: {
      accepted: action === 'accept' ? false : values['include_accepted'] === true || (all && action === 'reject'),
      rejected: action === 'reject' ? false : values['include_rejected'] === true || (all && action === 'accept'),
      denied: values['include_denied'] === true,
    },
  };
}

function refuseWrongValues(values: Readonly<PlainMap>): void {
  const list = values['list'];
  if (typeof list === 'string' && list !== '' && !LISTS.some((word) => list.startsWith(word))) {
    throw new UsageError(`'${list}' is not a valid argument to '--list'`);
  }
  const bits = Number(values['keysize']);
  if (bits < BITS_LEAST) throw new UsageError(`The minimum value for keysize is ${BITS_LEAST}`);
  if (bits > BITS_MOST) throw new UsageError(`The maximum value for keysize is ${BITS_MOST}`);
}

/** `True` and `False` in any case of letters as they say; anything else as it is. */
export function asSwitch(value: Value): Value {
  const lower = typeof value === 'string' ? value.toLowerCase() : '';
  return lower === 'true' || lower === 'false' ? lower === 'true' : value;
}

/** A pair of keys can be made where there is no configuration: then none is looked for outside of its folder. */
export function configDirFor({ action }: KeyRequest, { values, given }: ParsedLine): string | undefined {
  if (action !== 'gen_keys' || given.has('config_dir') || isReadable('/etc/salt')) return undefined;
  mkdirSync(String(values['gen_keys_dir']), { recursive: true });
  return String(values['gen_keys_dir']);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
