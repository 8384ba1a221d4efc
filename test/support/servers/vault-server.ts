/**
 * What Vault answers, by its documented HTTP API; statuses, bodies and words are recorded from OpenBao 2.7.2. Refuses every other question, and notes
 * it as a fault. `TSALT_BAO` names the program `bao`: then the real server runs in its place, and the same tests must hold.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

type Fields = Record<string, unknown>;
interface Version {
  data: Fields | null;
  destroyed: boolean;
}
interface Reply {
  readonly status: number;
  readonly body?: Fields;
}
interface Rule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

const ROOT = 'root';
const CAPABILITY: Readonly<Record<string, string>> = { GET: 'read', LIST: 'list', POST: 'update', PATCH: 'patch', DELETE: 'delete' };
const FRAME = { request_id: '', lease_id: '', renewable: false, lease_duration: 0, wrap_info: null, warnings: null, auth: null };
const DENIED: Reply = { status: 403, body: { errors: ['permission denied'] } };
const MISSING: Reply = { status: 404, body: { errors: [] } };
const DONE: Reply = { status: 204 };
const good = (data: Fields | null, more: Fields = {}): Reply => ({ status: 200, body: { ...FRAME, request_id: randomUUID(), data, ...more } });
const bad = (...errors: string[]): Reply => ({ status: 400, body: { errors } });

export interface VaultRun extends AsyncDisposable {
  readonly url: string;
  readonly root: string;
  /** Questions that no client should ask; a real server notes none. */
  readonly faults: readonly string[];
  /** As an administrator; an empty map for an answer without a body. @throws Error for a refusal */
  admin(method: string, path: string, payload?: Fields): Promise<Fields>;
}

class PretendedVault {
  readonly faults: string[] = [];
  readonly #mounts = new Map<string, '1' | '2'>([['secret/', '2']]);
  readonly #plain = new Map<string, Fields>();
  readonly #versioned = new Map<string, Version[]>();
  readonly #policies = new Map<string, string>([['default', ''], ['root', '']]);
  readonly #tokens = new Map<string, readonly string[]>([[ROOT, ['root']]]);
  readonly #roles = new Map<string, { readonly id: string; readonly policies: readonly string[]; readonly secrets: Set<string> }>();

  answer(request: IncomingMessage, text: string): Reply {
    const { headers } = request;
    const address = new URL(request.url ?? '/', 'http://vault');
    const method = request.method === 'GET' && address.search === '?list=true' ? 'LIST' : request.method ?? '';
    const path = decodeURIComponent(address.pathname.replace(/^\/v1\//, ''));
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    if (headers['x-vault-request'] !== 'true' || headers['content-type'] !== type || !address.pathname.startsWith('/v1/')) this.faults.push(`${method} ${address.pathname}: ${JSON.stringify(headers['content-type'])}`);
    if (headers['x-vault-namespace'] !== undefined) return { status: 404, body: { errors: ['namespace not found'] } };
    const body = text === '' ? {} : JSON.parse(text) as Fields;
    if (method === 'POST' && /^auth\/[^/]+\/login$/.test(path)) return this.#login(path.split('/')[1] ?? '', body);
    const token = String(headers['x-vault-token'] ?? '');
    const policies = this.#tokens.get(token);
    if (policies === undefined) return DENIED;
    if (path === 'auth/token/revoke-self') {
      this.#tokens.delete(token);
      return DONE;
    }
    if (path.startsWith('sys/internal/ui/mounts/')) return this.#mountAt(path.slice('sys/internal/ui/mounts/'.length));
    if (!this.#may(policies, method, path)) return { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };
    return this.#routed(method, path, body, token);
  }

  #routed(method: string, path: string, body: Fields, token: string): Reply {
    const [first = '', second = '', ...rest] = path.split('/');
    if (path === 'auth/token/lookup-self') return good({ id: token, policies: this.#tokens.get(token) ?? [] });
    if (path === 'auth/token/create') return good(null, { auth: { client_token: this.#newToken(body['policies'] as string[]), lease_duration: 2764800 } });
    if (first === 'auth' && rest[0] !== undefined) return this.#role(method, rest, body);
    if (first === 'sys' && second === 'policy') return this.#policy(method, rest.join('/'), body);
    if (first === 'sys' && second === 'auth') return DONE;
    if (first === 'sys' && second === 'mounts') {
      this.#mounts.set(`${rest.join('/')}/`, (body['options'] as { version: '1' | '2' }).version);
      return DONE;
    }
    const mount = this.#mounts.get(`${first}/`);
    if (mount === '1') return this.#kv1(method, path, body);
    if (mount === '2') return this.#kv2(method, second, `${first}/${rest.join('/')}`, body);
    return { status: 404, body: { errors: [`no handler for route "${path}". route entry not found.`] } };
  }

  #may(policies: readonly string[], method: string, path: string): boolean {
    if (policies.includes('root')) return true;
    const rules = policies.flatMap((name) => rulesOf(this.#policies.get(name) ?? ''));
    return rules.some((rule) => (rule.path.endsWith('*') ? path.startsWith(rule.path.slice(0, -1)) : rule.path === path) && rule.capabilities.includes(CAPABILITY[method] ?? ''));
  }

  #mountAt(path: string): Reply {
    const name = [...this.#mounts.keys()].find((mount) => `${path}/`.startsWith(mount));
    if (name === undefined) return { status: 403, body: { errors: [`preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`] } };
    return good({ type: 'kv', path: name, options: { version: this.#mounts.get(name) } });
  }

  #newToken(policies: readonly string[]): string {
    const token = `s.${randomUUID()}`;
    this.#tokens.set(token, policies);
    return token;
  }

  #login(mount: string, body: Fields): Reply {
    const role = mount === 'approle' ? [...this.#roles.values()].find(({ id }) => id === body['role_id']) : undefined;
    if (role?.secrets.has(String(body['secret_id'])) !== true) return bad('invalid role or secret ID');
    return good(null, { auth: { client_token: this.#newToken(role.policies), lease_duration: 2764800, num_uses: 0, renewable: true } });
  }

  #role(method: string, [, name = '', part]: readonly string[], body: Fields): Reply {
    const role = this.#roles.get(name);
    if (part === undefined && method === 'POST') {
      this.#roles.set(name, { id: randomUUID(), policies: String(body['token_policies']).split(','), secrets: new Set() });
      return DONE;
    }
    if (role === undefined) return MISSING;
    if (part === 'role-id') return good({ role_id: role.id });
    const secret = randomUUID();
    role.secrets.add(secret);
    return good({ secret_id: secret });
  }

  #policy(method: string, name: string, body: Fields): Reply {
    if (name === '') {
      const names = [...this.#policies.keys()].sort();
      return good({ keys: names, policies: names }, { keys: names, policies: names });
    }
    if (method === 'DELETE') {
      this.#policies.delete(name);
      return DONE;
    }
    const rules = this.#policies.get(name);
    if (method === 'GET') return rules === undefined ? MISSING : good({ name, rules }, { name, rules });
    const text = String(body['policy']);
    if (!text.trimEnd().endsWith('}')) return bad('failed to parse policy: At 1:7: object expected closing RBRACE got: EOF');
    this.#policies.set(name, text);
    return DONE;
  }

  #kv1(method: string, path: string, body: Fields): Reply {
    if (method === 'LIST') return listed(this.#plain.keys(), path);
    if (method === 'POST' && Object.keys(body).length === 0) return bad('missing data fields');
    if (method === 'POST') this.#plain.set(path, body);
    if (method === 'DELETE') this.#plain.delete(path);
    if (method !== 'GET') return DONE;
    const found = this.#plain.get(path);
    return found === undefined ? MISSING : good(found, { lease_duration: 2764800 });
  }

  #kv2(method: string, part: string, path: string, body: Fields): Reply {
    const versions = this.#versioned.get(path) ?? [];
    const last = versions.at(-1);
    if (part === 'metadata' && method === 'LIST') return listed(this.#versioned.keys(), path);
    if (part === 'delete' || part === 'destroy') return this.#versionsGo(part, versions, body['versions'] as number[]);
    if (part !== 'data') return { status: 404, body: { ...FRAME, data: null, warnings: ['Invalid path for a versioned K/V secrets engine.'] } };
    if (method === 'DELETE') {
      if (last !== undefined) last.data = null;
      return DONE;
    }
    if (method === 'GET') return last === undefined ? MISSING : { ...good({ data: last.data, metadata: metadataOf(versions) }), status: last.data === null ? 404 : 200 };
    if (method === 'PATCH' && (last?.data ?? null) === null) return { status: 404 };
    const cas = (body['options'] as { cas?: number } | undefined)?.cas;
    if (cas !== undefined && cas !== versions.length) return bad('check-and-set parameter did not match the current version');
    if (body['data'] === undefined) return bad('no data provided');
    const given = body['data'] as Fields;
    const data = method === 'PATCH' ? Object.fromEntries(Object.entries({ ...last?.data, ...given }).filter(([, value]) => value !== null)) : given;
    versions.push({ data, destroyed: false });
    this.#versioned.set(path, versions);
    return good(metadataOf(versions));
  }

  #versionsGo(part: string, versions: readonly Version[], numbers: readonly number[]): Reply {
    if (numbers.length === 0) return bad('no version number provided');
    for (const number of numbers) {
      const version = versions[number - 1];
      if (version === undefined) continue;
      version.data = null;
      version.destroyed ||= part === 'destroy';
    }
    return DONE;
  }
}

const metadataOf = (versions: readonly Version[]): Fields => ({
  created_time: '2026-11-22T00:24:39.001790729Z', custom_metadata: null, deletion_time: '', destroyed: versions.at(-1)?.destroyed ?? false, version: versions.length,
});

function listed(all: Iterable<string>, path: string): Reply {
  const folder = path.endsWith('/') ? path : `${path}/`;
  const keys = new Set([...all].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length).replace(/\/.*$/, '/')));
  return keys.size === 0 ? MISSING : good({ keys: [...keys].sort() });
}

const rulesOf = (policy: string): Rule[] => [...policy.matchAll(/path "([^"]+)" \{ capabilities = \[([^\]]*)\] \}/g)].map(([, path = '', words = '']) => ({
  path, capabilities: words.split(',').map((word) => word.replaceAll('"', '').trim()),
}));

function adminOf(url: string): VaultRun['admin'] {
  return async (method, path, payload) => {
    const answer = await fetch(`${url}/v1/${path}`, {
      method, headers: { 'X-Vault-Token': ROOT, 'X-Vault-Request': 'true', 'Content-Type': 'application/json' }, ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text) as Fields;
  };
}

/** With a certificate it answers over https. */
export async function pretendVault(secure?: { readonly cert: string; readonly key: string }): Promise<VaultRun> {
  const vault = new PretendedVault();
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { status, body } = vault.answer(request, text);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body));
    });
  };
  const server: Server = secure === undefined ? createServer(listener) : createSecureServer(secure, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url, root: ROOT, faults: vault.faults, admin: adminOf(url),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** The real one where `TSALT_BAO` names it, else the pretended. */
export async function startVault(home: string): Promise<VaultRun> {
  const program = process.env['TSALT_BAO'];
  if (program === undefined || program === '') return pretendVault();
  const spare = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    spare.once('listening', resolve);
  });
  const { port } = spare.address() as AddressInfo;
  spare.close();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${ROOT}`, `-dev-listen-address=127.0.0.1:${port}`], { env: { ...process.env, HOME: home }, stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const admin = adminOf(url);
  for (let tries = 0; ; tries += 1) {
    try {
      await admin('GET', 'sys/policy');
      break;
    } catch (error) {
      if (tries > 300) throw error;
      await sleep(100);
    }
  }
  return {
    url, root: ROOT, faults: [], admin,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
