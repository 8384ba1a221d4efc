/**
 * What happened to jobs while faults were made: one line for each happening, written at once, so that it is there when a test dies.
 *
 * Times are seconds since the machine started (`/proc/uptime`, which jobs read as well): no fault of a clock moves them.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export type Happening =
  /** The test asks the master to publish. */
  | { readonly what: 'asked'; readonly jid: string; readonly minions: readonly string[] }
  /** The master said so. */
  | { readonly what: 'published'; readonly jid: string; readonly minions: readonly string[] }
  /** The master said that it does not publish. */
  | { readonly what: 'not_published'; readonly jid: string; readonly why: string }
  /** Written by the job itself, on the minion. */
  | { readonly what: 'started' | 'done'; readonly jid: string; readonly id: string }
  /** The minion heard that its return is stored. */
  | { readonly what: 'acknowledged'; readonly jid: string; readonly id: string }
  /** The return was heard on the bus of the master, in this life of the master. */
  | { readonly what: 'event'; readonly jid: string; readonly id: string; readonly life: number }
  /** An answer was given to who asked. */
  | { readonly what: 'shown'; readonly jid: string; readonly id: string; readonly success: boolean; readonly text: string }
  /** Who asked was told that the minion did not answer. */
  | { readonly what: 'missing'; readonly jid: string; readonly id: string }
  /** Found in the job store at the end. */
  | { readonly what: 'stored'; readonly jid: string; readonly id: string; readonly success: boolean; readonly text: string }
  /** What the delivery record said of this part of the job. */
  | { readonly what: 'record'; readonly jid: string; readonly id: string; readonly state: string }
  /** A minion was killed. */
  | { readonly what: 'died'; readonly id: string }
  /** A fault, in words. */
  | { readonly what: 'fault'; readonly text: string };

export type Fact = Happening & { readonly at: number };

export class History {
  readonly path: string;
  readonly facts: Fact[] = [];
  readonly #read = new Map<string, number>();

  constructor(path: string) {
    this.path = path;
    appendFileSync(path, '');
  }

  add(happening: Happening, at = uptimeSeconds()): void {
    const fact: Fact = { ...happening, at };
    this.facts.push(fact);
    appendFileSync(this.path, `${JSON.stringify(fact)}\n`);
  }

  fault(text: string): void {
    this.add({ what: 'fault', text });
  }

  /** Takes in what jobs wrote of themselves on a minion since the last time; see `markingJob`. */
  takeMarks(file: string, id: string): void {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(this.#read.get(file) ?? 0, text.lastIndexOf('\n') + 1);
    this.#read.set(file, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter((words) => words !== '')) {
      const [jid = '', what, at] = line.split(' ');
      if (what !== 'started' && what !== 'done') throw new Error(`${file} has a line that no job writes: ${line}`);
      this.add({ what, jid, id }, Number(at));
    }
  }

  count(what: Happening['what']): number {
    return this.facts.filter((fact) => fact.what === what).length;
  }
}

export function uptimeSeconds(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
}

/**
 * A command for `cmd.run` that writes its start and its end to the file that the minion's environment names, and prints
 * what `valueOf` expects.
 */
export function markingJob(jid: string, seconds: number): string {
  const mark = (what: string): string => `read up rest < /proc/uptime; echo "${jid} ${what} $up" >> "$FAULTS_MARKS"`;
  return `${mark('started')}; sleep ${seconds}; ${mark('done')}; echo "${jid} on $FAULTS_ID"`;
}

/** What the job `jid` gives on a minion. */
export const valueOf = (jid: string, id: string): string => `${jid} on ${id}`;
