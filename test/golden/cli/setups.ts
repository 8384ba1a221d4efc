/** What recordings say in words was done before a call, done on the fleet. Start at `prepareCase`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import { runOurs, runShell } from './recording.js';

export interface Prepared extends AsyncDisposable {
  /** Job id of the call that was made before, when there was one. */
  readonly jid: string | undefined;
}

/** Time for the returns of a job that nobody waits for. */
const RETURNS_MS = 1500;

/** @throws Error for words that nobody here understands */
export async function prepareCase(setup: readonly string[], fleet: Fleet): Promise<Prepared> {
  const undo: (() => Promise<void> | void)[] = [];
  let jid: string | undefined;
  for (const words of setup) {
    const ghost = /^a minion key "(\w+)" is accepted but no such minion runs$/.exec(words);
    const call = /^(?:empty job cache, then|run): (?:salt)( .*?)(?:; its jid is the one in argv)?$/.exec(words);
    const repeated = /^every (\d+) s from another shell: (.*)$/.exec(words);
    if (ghost !== null) {
      const key = fleet.ghost(ghost[1] ?? '');
      undo.push(() => key[Symbol.dispose]());
    } else if (call !== null) {
      if (words.startsWith('empty')) await fleet.forgetJobs();
      jid = await startJob(call[1] ?? '', fleet);
    } else if (repeated !== null) {
      undo.push(repeat(Number(repeated[1]) * 1000, repeated[2] ?? '', fleet));
    } else if (/^(?:rm|mkdir|echo) /.test(words)) {
      await runShell(words.replaceAll('/ROOT', fleet.root), fleet.root);
    } else {
      throw new Error(`No idea how to set this up: ${words}`);
    }
  }
  return { jid, async [Symbol.asyncDispose]() { for (const step of undo.reverse()) await step(); } };
}

/** Words of a line in which only JSON holds blanks. */
const wordsOf = (line: string): string[] => line.match(/\{[^}]*\}|\S+/g) ?? [];

async function startJob(line: string, fleet: Fleet): Promise<string | undefined> {
  const { stdout } = await runOurs(['tsalt', '-c', fleet.path('conf'), ...wordsOf(line)], { root: fleet.root });
  if (!line.includes('test.sleep')) await sleep(RETURNS_MS);
  return /job ID: (\d{20})/.exec(stdout)?.[1];
}

/** Makes a call again and again until it is undone. */
function repeat(everyMs: number, line: string, fleet: Fleet): () => Promise<void> {
  const [program = '', ...words] = wordsOf(line);
  const stop = new AbortController();
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await runOurs([program, '-c', fleet.path('conf'), ...words], { root: fleet.root });
      await Promise.race([sleep(everyMs), new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))]);
    }
  })();
  return async () => {
    stop.abort();
    await loop;
  };
}
