/** Files of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { packageNames, plainArgument } from '../pkg/names.js';
import { askPacman } from './program.js';

interface Listed {
  readonly errors: string[];
  /** Package and file. */
  readonly rows: [string, string][];
}

/** A first argument that is a path is the root (observed). Complaints of pacman stand among the lines. */
export async function listFiles(args: readonly Value[], ctx: Context): Promise<Listed> {
  const [first, ...others] = args.map(str);
  const isRoot = first !== undefined && (await ctx.sys.exists(first));
  const words = isRoot ? ['-r', plainArgument(first, 'Root'), ...packageNames(others)] : packageNames(args);
  const { stdout } = await askPacman(['-Ql', ...words], ctx, { redirect_stderr: true });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const rows = lines.filter((line) => !line.startsWith('error')).map((line): [string, string] => {
    const [name = '', ...file] = line.split(/\s+/);
    return [name, file.join(' ')];
  });
  return { errors: lines.filter((line) => line.startsWith('error')), rows };
}

/** The package of each path; empty text for none. */
export async function ownersOf(paths: readonly Value[], ctx: Context): Promise<Value> {
  const owners: PlainMap = {};
  for (const path of paths.map(str)) owners[path] = (await askPacman(['-Qqo', plainArgument(path, 'Path')], ctx)).stdout;
  return Object.keys(owners).length > 1 ? owners : Object.values(owners)[0] ?? '';
}
