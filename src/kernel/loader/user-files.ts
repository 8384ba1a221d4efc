/**
 * Plugins of users: `.mjs`, `.js` and `.ts` files in given folders. Each is imported under a name that holds the hash of
 * its text, so that a changed file is a new module after a reload. `tsalt/plugin` means this program's own door.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ENDINGS = ['.mjs', '.js', '.ts'];
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 2000;
/** `from 'x'`, `import 'x'`, `import('x')`. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\2/g;
const DOOR = 'tsalt/plugin';

export interface UserFile {
  /** Without ending. */
  readonly name: string;
  readonly path: string;
}

export interface UserFolder {
  readonly files: readonly UserFile[];
  /** Python modules that lie beside. */
  readonly python: readonly string[];
  /** Files that cannot be plugins because of their name. */
  readonly misnamed: readonly string[];
}

/** The plugins of several folders; a name in an earlier folder hides the same name in a later one. */
export async function listUserFiles(folders: readonly string[]): Promise<UserFolder> {
  const files = new Map<string, UserFile>();
  const python: string[] = [];
  const misnamed: string[] = [];
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      const ending = extname(file);
      const name = basename(file, ending);
      if (/^[_.]/.test(file) || file.endsWith('.d.ts')) continue;
      if (ending === '.py') python.push(join(folder, file));
      else if (!ENDINGS.includes(ending)) continue;
      else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) misnamed.push(join(folder, file));
      else if (!files.has(name)) files.set(name, { name, path: join(folder, file) });
    }
  }
  return { files: [...files.values()], python, misnamed };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
      .sort((a, b) => ENDINGS.indexOf(extname(a)) - ENDINGS.indexOf(extname(b)) || (a < b ? -1 : 1)).slice(0, FILES_MAX);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

export interface PreparedFile {
  /** What to import. */
  readonly url: string;
  /** The text as the user wrote it. */
  readonly source: string;
}

/** Makes user files importable; keeps what it rewrote below a folder that only this user can write. */
export class UserFilePreparer implements AsyncDisposable {
  readonly #door: string;
  readonly #cacheRoot: string | undefined;
  #folder: Promise<string> | undefined;
  #ownFolder: string | undefined;

  /** `cacheRoot`: where to keep rewritten files from one start to the next; without it they live below the temporary folder. */
  constructor(options: { door: string; cacheRoot?: string }) {
    this.#door = options.door;
    this.#cacheRoot = options.cacheRoot;
  }

  /** @throws Error that names the file and, where known, the line */
  async prepare(path: string): Promise<PreparedFile> {
    return this.#prepare(path, []);
  }

  async #prepare(path: string, importers: readonly string[]): Promise<PreparedFile> {
    if (importers.includes(path)) throw new Error(`${path} imports itself by way of ${importers.join(', ')}`);
    const source = await readLimited(path);
    const code = path.endsWith('.ts') ? await transformTypescript(path, source) : source;
    const rewritten = await this.#rewrite(code, path, [...importers, path]);
    if (rewritten === source) return { url: `${pathToFileURL(path).href}?v=${hashOf(source)}`, source };
    const target = join(await this.#cacheFolder(), `${basename(path, extname(path))}.${hashOf(rewritten)}.mjs`);
    if (!await isFile(target)) {
      const temporary = `${target}.${process.pid}`;
      await writeFile(temporary, rewritten, { mode: 0o600 });
      await rename(temporary, target);
    }
    return { url: pathToFileURL(target).href, source };
  }

  async #rewrite(code: string, path: string, importers: readonly string[]): Promise<string> {
    const wanted = new Map<string, string>();
    for (const match of code.matchAll(SPECIFIER)) {
      const specifier = match[3] as string;
      if (!wanted.has(specifier)) wanted.set(specifier, await this.#resolve(specifier, path, importers));
    }
    return code.replace(SPECIFIER, (whole, head: string, mark: string, specifier: string) => {
      const target = wanted.get(specifier) ?? specifier;
      return target === specifier ? whole : `${head}${mark}${target}${mark}`;
    });
  }

  async #resolve(specifier: string, path: string, importers: readonly string[]): Promise<string> {
    if (specifier === DOOR) return pathToFileURL(this.#door).href;
    if (/^\.{1,2}\//.test(specifier)) {
      const target = await beside(resolve(dirname(path), specifier));
      return ENDINGS.includes(extname(target)) ? (await this.#prepare(target, importers)).url : pathToFileURL(target).href;
    }
    if (isBuiltin(specifier) || /^[a-z]+:/.test(specifier)) return specifier;
    try {
      return pathToFileURL(createRequire(path).resolve(specifier)).href;
    } catch {
      // Not installed beside the file, or for `import` only: the import itself says so.
      return specifier;
    }
  }

  #cacheFolder(): Promise<string> {
    this.#folder ??= this.#makeFolder();
    return this.#folder;
  }

  async #makeFolder(): Promise<string> {
    if (this.#cacheRoot !== undefined) {
      const kept = join(this.#cacheRoot, 'tsalt-plugins');
      try {
        await mkdir(kept, { recursive: true, mode: 0o700 });
        const { uid } = await stat(kept);
        if (uid === process.getuid?.()) {
          await chmod(kept, 0o700);
          return kept;
        }
      } catch (error) {
        if (!['EACCES', 'EROFS', 'EPERM', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
    this.#ownFolder = await mkdtemp(join(tmpdir(), 'tsalt-plugins-'));
    return this.#ownFolder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownFolder !== undefined) await rm(this.#ownFolder, { recursive: true, force: true });
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

async function readLimited(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) throw new Error(`${path} is larger than ${FILE_BYTES_MAX} bytes`);
  return readFile(path, 'utf8');
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}

/** TypeScript authors write `./x.js` for `./x.ts`. */
async function beside(path: string): Promise<string> {
  const typed = path.replace(/\.m?js$/, '.ts');
  return !await isFile(path) && await isFile(typed) ? typed : path;
}

/** @throws Error that says which package is missing, or where the text is wrong */
async function transformTypescript(path: string, source: string): Promise<string> {
  const { transform } = await import('oxc-transform').catch((cause: unknown) => {
    throw new Error(`${path} is TypeScript: install the package oxc-transform, or write it as .mjs`, { cause });
  });
  const { code, errors } = await transform(path, source, { lang: 'ts', sourceType: 'module' });
  const wrong = firstProblem(source, errors);
  if (wrong === undefined) return code;
  throw new Error(`${path}${wrong.line === undefined ? '' : `:${wrong.line}`}: ${wrong.message}`);
}

interface OxcProblem {
  readonly severity: unknown;
  readonly message: string;
  readonly labels: readonly { readonly start: number }[];
}

function firstProblem(source: string, problems: readonly OxcProblem[]): { line: number | undefined; message: string } | undefined {
  const wrong = problems.find(({ severity }) => String(severity) === 'Error');
  if (wrong === undefined) return undefined;
  const at = wrong.labels.at(-1)?.start;
  return { message: wrong.message, line: at === undefined ? undefined : Buffer.from(source).subarray(0, at).toString().split('\n').length };
}

/** Node tells no line of a syntax error in a module; the transformer does, where it is installed. */
async function lineOfSyntaxError(path: string, error: unknown): Promise<number | undefined> {
  if (!(error instanceof Error && error.name === 'SyntaxError')) return undefined;
  const parser = await import('oxc-transform').catch(() => undefined);
  const source = await readLimited(path);
  return parser === undefined ? undefined : firstProblem(source, (await parser.transform(path, source, { lang: 'js', sourceType: 'module' })).errors)?.line;
}

/** True when the text speaks of serving another name than that of the file. */
export async function namesAnother(path: string): Promise<boolean> {
  return /\bserves\b|__virtualname__/.test(await readLimited(path));
}

/** One sentence: file, line, reason. Paths of rewritten files are given as the user knows them. */
export async function importFailure(path: string, error: unknown): Promise<string> {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  if (message.startsWith(path)) return message;
  const name = basename(path, extname(path));
  const place = [...stack.matchAll(/(file:\/\/[^\s:?)]+)(?:\?[^\s:)]*)?:(\d+)/g)]
    .find(([, url]) => basename(fileURLToPath(url as string)).startsWith(`${name}.`));
  const line = place?.[2] ?? await lineOfSyntaxError(path, error);
  return `${path}${line === undefined ? '' : `:${line}`}: ${message}`;
}
