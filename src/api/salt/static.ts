/** The page of a console and its files. Nothing outside of the folder is served, also not by links. */
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Answer } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { safeJoinReal, UnsafePathError } from '../../kernel/sys/safe-path.js';
import type { Resource } from './salt-host.js';

const BYTES_MAX = 64 * 1024 * 1024;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html;charset=utf-8', '.js': 'text/javascript;charset=utf-8', '.mjs': 'text/javascript;charset=utf-8', '.css': 'text/css;charset=utf-8',
  '.json': 'application/json', '.map': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.gif': 'image/gif',
  '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.txt': 'text/plain;charset=utf-8', '.wasm': 'application/wasm',
};
const PAGE = `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>tsalt-api</title></head>
<body><h1>tsalt-api</h1><p>No console is configured here: set <code>rest_cherrypy: app</code> to the file of one.</p></body></html>
`;

/** Whatever stands after its name: pages that find their own way get the same file. */
export const appPage: Resource = {
  hasSession: false, restMax: 50,
  GET: async (_, { options: { app } }) => (app === undefined ? { status: 200, headers: { 'Content-Type': 'text/html;charset=utf-8' }, body: PAGE } : fileAnswer(app)),
};

export const staticFile = (folder: string): Resource => ({
  hasSession: false, restMax: 50,
  async GET({ ask, rest }) {
    try {
      return await fileAnswer(await safeJoinReal(folder, rest.join('/')));
    } catch (error) {
      if (error instanceof UnsafePathError) throw new HttpError(404, `The path '${ask.path}' was not found.`);
      throw error;
    }
  },
});

export async function fileAnswer(path: string): Promise<Answer> {
  try {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size > BYTES_MAX) throw new HttpError(404);
    const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
    return { status: 200, headers: { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }, body: await readFile(path) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) throw new HttpError(404);
    throw error;
  }
}
