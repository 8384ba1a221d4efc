/** The machine, as modules see it through `Sys`: files, programs, users, clock. Start at `createSys`. */
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { InvocationError } from '../contract/errors.js';
import type { Sys } from '../contract/sys.js';
import { AccountTable, parseGroupLine, parsePasswdLine } from './accounts.js';
import { exists, readText, writeFile } from './files.js';
import { immediateFs } from './immediate-fs.js';
import { runProgram } from './run.js';
import { which } from './which.js';

export interface SysOptions {
  /** Default: the environment of this process. */
  readonly env?: Record<string, string | undefined>;
  /** The program does this one thing and may wait for the disk; not for daemons. */
  readonly immediate?: boolean;
}

function setVariable(env: Record<string, string | undefined>, name: string, value: string | undefined): void {
  if (name === '' || /[=\0]/.test(name) || value?.includes('\0') === true) throw new InvocationError('Not a valid environment variable', { context: { name } });
  if (value === undefined) delete env[name];
  else env[name] = value;
}

/** The real machine. */
export function createSys({ env = process.env, immediate = false }: SysOptions = {}): Sys {
  const users = new AccountTable('passwd', parsePasswdLine, ({ uid }) => uid);
  const groups = new AccountTable('group', parseGroupLine, ({ gid }) => gid);
  const find = (program: string) => which(program, env['PATH']);
  const lookup = {
    userByName: (name: string) => users.byName(name),
    groupByName: (name: string) => groups.byName(name),
    which: find,
  };
  return {
    fs: immediate ? immediateFs : fs,
    env,
    setEnv: (name, value) => setVariable(env, name, value),
    run: (argv, options = {}) => runProgram(argv, options, env, lookup),
    writeFile,
    readText,
    exists,
    ...lookup,
    userById: (uid) => users.byId(uid),
    groupById: (gid) => groups.byId(gid),
    users: () => users.all(),
    groups: () => groups.all(),
    now: () => Date.now(),
    hostname,
  };
}
