/** Facts about shells and interpreters: where they are and which version. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../../kernel/contract/errors.js';
import type { PlainMap } from '../../../kernel/std/value.js';

interface Probe {
  readonly pattern: RegExp;
  readonly words: readonly [string, ...string[]];
}

/** How each is asked for its version. Source: read, Salt 3008.3, `cmd.shell_info`. */
const PROBES: Readonly<Record<string, Probe>> = {
  bash: { pattern: /version (\d\S*)/i, words: ['bash', '--version'] },
  'bash-test-error': { pattern: /versioZ ([-\w.]+)/i, words: ['bash', '--version'] },
  'bash-test-env': { pattern: /(HOME=.*)/i, words: ['bash', '-c', 'declare'] },
  zsh: { pattern: /^zsh (\d\S*)/i, words: ['zsh', '--version'] },
  tcsh: { pattern: /^tcsh (\d\S*)/i, words: ['tcsh', '--version'] },
  cmd: { pattern: /Version ([\d.]+)/i, words: ['cmd.exe', '/C', 'ver'] },
  powershell: { pattern: /PSVersion\s+(\d\S*)/i, words: ['powershell', '-NonInteractive', '$PSVersionTable'] },
  perl: { pattern: /^(\d\S*)/i, words: ['perl', '-e', 'printf "%vd\n", $^V;'] },
  python: { pattern: /^Python (\d\S*)/i, words: ['python', '-V'] },
  ruby: { pattern: /^ruby (\d\S*)/i, words: ['ruby', '-v'] },
  php: { pattern: /^PHP (\d\S*)/i, words: ['php', '-v'] },
};
const TIMEOUT_MS = 10_000;

/**
 * `installed`, `path`, `version_raw`, `version`, or `error`.
 * Differs: real Salt 3008.3 ends with a TypeError for every shell that is installed (it searches bytes with a text
 * pattern); here the answer is what its documentation promises.
 */
export async function shellInfo(shell: string, ctx: Context): Promise<PlainMap> {
  const probe = Object.hasOwn(PROBES, shell) ? PROBES[shell] : undefined;
  if (probe === undefined) return { error: `Salt does not know how to get the version number for ${shell}`, installed: null };
  const command = probe.words.join(' ');
  try {
    const done = await ctx.sys.run(probe.words, { mergeStderr: true, timeoutMs: TIMEOUT_MS, signal: ctx.signal });
    if (done.timedOut) return { error: `Unable to run command '${command}' Reason: Timed out.`, installed: false };
    return await describe(shell, probe, Buffer.from(done.stdout).toString('utf8'), ctx);
  } catch (err) {
    if (!(err instanceof CommandNotFoundError)) throw err;
    const reason = `[Errno 2] No such file or directory: '${probe.words[0]}'`;
    return { error: `Unable to run command '${command}' Reason: ${reason}`, installed: false };
  }
}

async function describe(shell: string, probe: Probe, output: string, ctx: Context): Promise<PlainMap> {
  const facts: PlainMap = { installed: false, path: (await ctx.sys.which(probe.words[0])) ?? null };
  const raw = probe.pattern.exec(output)?.[1];
  if (raw === undefined) facts['installed'] = null;
  else facts['version_raw'] = raw;
  const numbers = /^(\d[\d.]*)/.exec(raw ?? '')?.[1]?.split('.').slice(0, 3);
  if (numbers !== undefined) {
    facts['installed'] = true;
    facts['version'] = (numbers.length === 1 ? [...numbers, '0'] : numbers).join('.');
    return facts;
  }
  const error = `The version regex pattern for shell ${shell}, could not find the version string`;
  ctx.log.error({}, error);
  return { ...facts, error, stdout: output };
}

/** Shells listed in `/etc/shells`, in their order. */
export async function listedShells(ctx: Context): Promise<string[]> {
  const text = (await ctx.sys.readText('/etc/shells')) ?? '';
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
