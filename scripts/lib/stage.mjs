// A master and minions on loopback below `run/` of this clone, for scripts that show commands and their output: starts and stops daemons,
// runs commands, leaves nothing behind. One stage for each process.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const DAEMON_STOPS_WITHIN_MS = 8000;
/** Of an ending show, a command that hangs is not waited for. */
const COMMAND_MS = 180_000;
const LOG_LINES = 10;

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
const quoted = (word) => (/^[\w.\-/=]+$/.test(word) ? word : `'${word}'`);
const bin = (name) => join(root, 'bin', name);

export const say = (text) => process.stdout.write(`\n${bold(text)}\n`);
export const tell = (text) => process.stdout.write(`${text}\n`);
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Stage {
  /** What puts the machine back as it was. */
  restorations = [];
  isInterrupted = false;
  /** Resolves with Ctrl-C and the like. */
  interruption;
  /** The folder of everything. Short: unix sockets have at most 107 characters. */
  place;
  #daemons = [];
  #commands = new Set();
  #stopping;

  constructor() {
    mkdirSync(join(root, 'run'), { recursive: true });
    this.place = mkdtempSync(join(root, 'run', 'd'));
    this.interruption = new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
        process.on(signal, () => {
          this.isInterrupted = true;
          for (const child of this.#commands) child.kill('SIGINT');
          resolve('interrupted');
        });
      }
    });
  }

  /** A path below the folder of one host. */
  path(name, ...parts) {
    return join(this.place, name, ...parts);
  }

  confOf(name) {
    return this.path(name, 'conf');
  }

  /** `master` or `minion`, with what every host here has. JSON is YAML. */
  configure(name, role, options) {
    mkdirSync(this.confOf(name), { recursive: true });
    writeFileSync(join(this.confOf(name), role), `${JSON.stringify({
      root_dir: this.path(name), user: userInfo().username, pki_dir: 'pki', cachedir: 'cache', sock_dir: 'run', log_file: 'log', pidfile: 'pid',
      extension_modules: 'extmods', ...options,
    }, null, 1)}\n`);
  }

  /** Starts a daemon out of reach of the terminal's Ctrl-C: it is stopped in order. `prefix`: words before it; `end`: how it ends. */
  start(program, name, { env = {}, prefix = [], end = 'SIGTERM' } = {}) {
    const [command, ...words] = [...prefix, process.execPath, bin(program), '-c', this.confOf(name)];
    const child = spawn(command, words, { stdio: 'ignore', detached: true, env: { ...process.env, ...env } });
    this.#daemons.push({ child, name, end, ended: new Promise((resolve) => child.on('exit', resolve)) });
  }

  /** The host is gone from one moment to the next. */
  async vanish(name) {
    for (const { child, ended } of this.#daemons.filter((daemon) => daemon.name === name)) {
      child.kill('SIGKILL');
      await ended;
    }
  }

  /** Runs a command to its end. */
  run(program, words, stdio) {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [bin(program), '-c', this.confOf('master'), ...words], { stdio, detached: true });
      const out = [];
      child.stdout?.on('data', (chunk) => out.push(chunk));
      const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
      this.#commands.add(child);
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        this.#commands.delete(child);
        resolve({ code: code ?? 1, out: Buffer.concat(out).toString('utf8') });
      });
    });
  }

  /** Shows a command, then its output. @throws Error when it fails */
  async show(program, ...words) {
    if (this.isInterrupted) return;
    say(`$ ${[program, ...words.map(quoted)].join(' ')}`);
    const { code } = await this.run(program, words, ['ignore', 'inherit', 'inherit']);
    if (code !== 0 && !this.isInterrupted) throw new Error(`${program} ended with exit code ${code}${this.#logs()}`);
  }

  /** The answer of a command that is not shown; undefined when it gave none. */
  async ask(program, ...words) {
    const { out } = await this.run(program, [...words, '--out=json'], ['ignore', 'pipe', 'ignore']);
    try {
      return JSON.parse(out);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** @throws Error with the ends of all logs when it does not come true */
  async until(what, test, withinMs = 30_000) {
    for (const end = Date.now() + withinMs; Date.now() < end; await pause(200)) if (this.isInterrupted || await test()) return;
    throw new Error(`${what}: not within ${withinMs / 1000} s${this.#logs()}`);
  }

  /** Daemons begun last end first. */
  stop() {
    this.#stopping ??= (async () => {
      for (const restore of this.restorations) await restore();
      for (const { child, end } of [...this.#daemons].reverse()) child.kill(end);
      await Promise.race([Promise.all(this.#daemons.map(({ ended }) => ended)), pause(DAEMON_STOPS_WITHIN_MS)]);
      for (const { child } of this.#daemons) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      rmSync(this.place, { recursive: true, force: true });
      try {
        rmdirSync(join(root, 'run'));
      } catch (error) {
        // Another show is on there, or this one ended before it began.
        if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code)) throw error;
      }
    })();
    return this.#stopping;
  }

  /** Plays `show` until its end or an interruption, cleans up, and ends the process. */
  async play(show) {
    let failed;
    try {
      await Promise.race([show(), this.interruption]);
    } catch (error) {
      failed = error;
    } finally {
      await this.stop();
    }
    if (failed !== undefined) process.stderr.write(`${failed.message}\n`);
    else if (this.isInterrupted) tell('\nStopped; nothing is left behind.');
    process.exit(failed === undefined ? 0 : 1);
  }

  #logs() {
    return this.#daemons.map(({ name }) => `\n--- log of ${name}\n${this.#tail(name)}`).join('');
  }

  #tail(name) {
    try {
      return readFileSync(this.path(name, 'log'), 'utf8').split('\n').slice(-LOG_LINES).join('\n');
    } catch (error) {
      return `(${error.code})`;
    }
  }
}
