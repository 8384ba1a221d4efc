/** Paths as Python's `os.path` handles them; pure text, no disk. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** `os.path.split`: head without trailing slashes (unless it is the root), and what follows the last slash. */
export function splitPath(path: string): readonly [head: string, tail: string] {
  const at = path.lastIndexOf('/') + 1;
  const head = path.slice(0, at);
  return [/^\/*$/.test(head) ? head : head.replace(/\/+$/, ''), path.slice(at)];
}

export function dirname(path: string): string {
  return splitPath(path)[0];
}

/** The text after the last slash; empty for a path that ends in one. */
export function basename(path: string): string {
  return splitPath(path)[1];
}

/** `os.path.join`: an absolute part drops what stands before it. */
export function joinPath(first: string, ...parts: readonly string[]): string {
  let path = first;
  for (const part of parts) {
    if (part.startsWith('/')) path = part;
    else path += path === '' || path.endsWith('/') ? part : `/${part}`;
  }
  return path;
}

/** `os.path.normpath`: two leading slashes stay, as POSIX allows. */
export function normalizePath(path: string): string {
  if (path === '') return '.';
  const root = /^\/\/(?!\/)/.test(path) ? '//' : path.startsWith('/') ? '/' : '';
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (root === '' && kept.length === 0) || kept.at(-1) === '..') kept.push(part);
    else kept.pop();
  }
  return (root + kept.join('/')) || '.';
}

/** `os.path.abspath`. */
export function absolutePath(path: string): string {
  return normalizePath(isAbsolute(path) ? path : joinPath(process.cwd(), path));
}

/** `os.path.expandvars`: `$NAME` and `${NAME}`; unknown names stay. */
export function expandVariables(path: string, env: Readonly<Record<string, string | undefined>>): string {
  return path.replace(/\$(\w+|\{[^}]*\})/g, (whole, name: string) => env[name.replace(/^\{|\}$/g, '')] ?? whole);
}
