/** A gate with real keys of users, tokens and logins below a temporary folder; only the plugins that check passwords are the test's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthPlugin } from '../../../../src/kernel/contract/auth.js';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { fnmatch } from '../../../../src/kernel/std/fnmatch.js';
import { Access } from '../../../../src/master/access/authorise.js';
import { LocalKeys } from '../../../../src/master/access/local-keys.js';
import { Logins } from '../../../../src/master/access/logins.js';
import { TokenDesk } from '../../../../src/master/access/token-desk.js';
import { Tokens } from '../../../../src/master/access/tokens.js';
import { keepingLog } from '../../../support/logs.js';

export const MINIONS = ['db1', 'web1', 'web2'];

/** Lets in whoever has the password `right`; the group of everybody is `staff`. */
const plugin: AuthPlugin = { kind: 'auth', name: 'file', auth: (_name, password) => password === 'right', groups: () => ['staff'] };

export interface GateOptions {
  readonly opts?: PlainMap;
  readonly plugins?: Readonly<Record<string, AuthPlugin>>;
  readonly refusalMs?: number;
}

export class Gate implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'tsalt-gate-'));
  readonly log = keepingLog();
  readonly events: PlainMap[] = [];
  nowMs = 1_800_000_000_000;
  readonly access: Access;
  readonly desk: TokenDesk;
  readonly tokens: Tokens;

  constructor({ opts = {}, plugins = { file: plugin, other: plugin }, refusalMs = 0 }: GateOptions = {}) {
    const uid = process.getuid?.() ?? 0;
    const keys = new LocalKeys(this.dir, [{ name: 'root', uid }, { name: 'salt', uid }, { name: 'ann', uid }]);
    const { log } = this;
    this.tokens = new Tokens({ dir: join(this.dir, 'tokens'), log, now: () => this.nowMs });
    const logins = new Logins({
      opts, log, refusalMs, signal: new AbortController().signal,
      load: (name) => Promise.resolve(plugins[name]), context: () => ({ opts, log }) as unknown as Context,
    });
    const matched = (target: Value): string[] => MINIONS.filter((id) => (Array.isArray(target) ? target.includes(id) : fnmatch(id, String(target))));
    this.access = new Access({
      keys, logins, tokens: this.tokens, opts, masterUser: 'salt', log, expected: matched, covered: matched, fire: (event) => void this.events.push(event),
    });
    this.desk = new TokenDesk({ access: this.access, tokens: this.tokens, opts, now: () => this.nowMs });
  }

  key(user: string): string {
    return readFileSync(join(this.dir, `.${user}_key`), 'utf8');
  }

  async token(username: string, more: PlainMap = {}): Promise<string> {
    const made = await this.desk.make('port:mk_token', { eauth: 'file', username, password: 'right', ...more }, 'test');
    return String(made?.['token']);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}
