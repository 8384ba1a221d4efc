/** Reads the lists of semanage and semodule. Source: read, Salt 3008.3; forms of policycoreutils 3.4. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields } from '../lookup/programs.js';

/** `httpd_can_network_connect      (off  ,   on)  Allow httpd to can network connect`. */
export const parseBooleans = (text: string): PlainMap => Object.fromEntries([...text.matchAll(/^(\S+)\s+\((\w+)\s*,\s*(\w+)\)\s*(.*)$/gm)].map(([, name = '', state = '', fallback = '', description = '']) =>
  [name, { State: state, Default: fallback, Description: fields(description).join(' ') }]));

/** `400 own    pp disabled`. */
export const parseModules = (text: string): PlainMap => Object.fromEntries(text.split('\n').map(fields).filter((words) => words.length > 1).map((words) =>
  [words[1] ?? '', { Enabled: words.length !== 4, Version: null }]));

const FILE_TYPES: ReadonlyMap<string, string> = new Map([
  ['a', 'all files'], ['f', 'regular file'], ['d', 'directory'], ['c', 'character device'], ['b', 'block device'], ['s', 'socket'], ['l', 'symbolic link'], ['p', 'named pipe'],
]);

export function fileType(code: Value): string {
  const type = FILE_TYPES.get(str(code));
  if (type === undefined) throw new InvocationError(`Invalid file type code '${str(code)}'; expected one of: ${[...FILE_TYPES.keys()].join(', ')}`);
  return type;
}

const CONTEXT = ['sel_user', 'sel_role', 'sel_type', 'sel_level'] as const;

export function contextOf(text: string): Record<string, string> {
  const parts = text.split(':');
  if (parts.length < 4 || parts.includes('')) throw new InvocationError(`Invalid SELinux context string: ${text}. Expected "sel_user:sel_role:sel_type:sel_level"`);
  // A level has categories: `s0:c0.c1023`.
  return Object.fromEntries(CONTEXT.map((part, at) => [part, at === 3 ? parts.slice(3).join(':') : parts[at] ?? '']));
}

export interface FilePolicy {
  readonly name: string;
  readonly filetype: Value;
  readonly sel_type: Value;
  readonly sel_user: Value;
  readonly sel_level: Value;
}

const FILE_ROW = new RegExp(`^(\\S.*?) +(${[...FILE_TYPES.values()].join('|')}) +(\\S+:\\S+:\\S+:\\S+)\\s*$`);

/** The first policy that fits. Differs: the name is a name and no pattern of a shell; paths that lead to no context are none. */
export function findFilePolicy(text: string, wanted: FilePolicy): PlainMap | null {
  const type = isTruthy(wanted.filetype) ? fileType(wanted.filetype) : undefined;
  for (const line of text.split('\n')) {
    const [, filespec = '', filetype = '', context = ''] = FILE_ROW.exec(line) ?? [];
    if (filespec !== wanted.name || (type !== undefined && filetype !== type)) continue;
    const parts = contextOf(context);
    if ((['sel_type', 'sel_user', 'sel_level'] as const).every((part) => !isTruthy(wanted[part]) || parts[part] === str(wanted[part]))) return { filespec, filetype, ...parts };
  }
  return null;
}

export interface Port {
  readonly protocol: string;
  readonly port: string;
}

/** `tcp/8080`, `udp/5000-5010`, or any name with protocol and port beside it. Differs: ports of one digit are ports. */
export function portOf(name: string, protocol: Value, port: Value): Port {
  const [, kind, number] = /^(tcp|udp)\/(\d+(?:-\d+)?)$/.exec(name) ?? /^(tcp|udp)\/(\d+(?:-\d+)?)$/.exec(`${str(protocol)}/${str(port)}`) ?? [];
  if (kind === undefined || number === undefined) throw new InvocationError(`Invalid name "${name}" format and protocol and port not provided or invalid: "${str(protocol)}" "${str(port)}".`);
  return { protocol: kind, port: number };
}

/** `http_port_t                    tcp      80, 81, 443`. */
export function findPortPolicy(text: string, { protocol, port }: Port, type: Value): PlainMap | null {
  for (const line of text.split('\n')) {
    const [, sel_type = '', kind = '', ports = ''] = /^(\w+) +(\w+) +([\d\-, ]+)$/.exec(line.trimEnd()) ?? [];
    if (kind === protocol && (!isTruthy(type) || sel_type === str(type)) && ports.split(',').some((one) => one.trim() === port)) return { sel_type, protocol: kind, port: ports.trim() };
  }
  return null;
}

/** What restorecon did or would do: parts of the context that differ, by path. Undefined when nobody understands it. */
export function parseRelabeled(text: string): PlainMap | undefined {
  if (text.trim() === '') return {};
  const rows = [...text.matchAll(/^(?:Would relabel|Relabeled|restorecon reset) (.*) (?:from|context) (\S+?)(?: to |->)(\S+)$/gm)];
  if (rows.length === 0) return undefined;
  return Object.fromEntries(rows.map(([, path = '', from = '', to = '']) => {
    const [before, after] = [contextOf(from), contextOf(to)];
    const differing = CONTEXT.filter((part) => before[part] !== after[part]);
    const only = (context: Record<string, string>): PlainMap => Object.fromEntries(differing.map((part) => [part, context[part] ?? '']));
    return [path, { old: only(before), new: only(after) }];
  }));
}
