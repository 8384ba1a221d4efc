/** What a swarm did, for programs and for people. */
import type { PlainMap } from '../../kernel/std/value.js';
import type { Swarm } from '../../swarm/swarm.js';
import type { Figures } from '../../swarm/tally.js';

const KINDS = ['sign_ins', 'answers', 'pillars', 'events'] as const;
const NAMES: Readonly<Record<(typeof KINDS)[number], string>> = {
  sign_ins: 'sign-ins', answers: 'answers to jobs', pillars: 'pillars', events: 'events',
};

/** `seconds`: since all were connected, for the rates. `busySeconds`: CPU time of this process. */
export interface SummaryTimes {
  readonly connectSeconds: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export function summary(swarm: Swarm, count: number, times: SummaryTimes): PlainMap {
  const all: Record<(typeof KINDS)[number], Figures> = {
    sign_ins: swarm.signIns.figures(), answers: swarm.answers.figures(), pillars: swarm.pillars.figures(), events: swarm.events.figures(),
  };
  return {
    minions: count, connected: swarm.connected, waiting_for_acceptance: swarm.waiting,
    connect_seconds: round(times.connectSeconds), seconds: round(times.seconds), cpu_seconds: round(times.cpuSeconds),
    ...Object.fromEntries(KINDS.map((kind) => {
      const { count: done, errors, p50, p99, max } = all[kind];
      return [kind, {
        count: done, per_second: times.seconds > 0 && kind !== 'sign_ins' ? round(done / times.seconds) : 0,
        ms_p50: round(p50), ms_p99: round(p99), ms_max: round(max), errors: { ...errors },
      }];
    })),
  };
}

/** The same as lines. */
export function summaryText(data: PlainMap): string {
  const lines = [
    `${show(data['minions'])} minions, ${show(data['connected'])} connected at the end; all there after ${show(data['connect_seconds'])} s`,
    `${show(data['seconds'])} s of work; ${show(data['cpu_seconds'])} s of CPU taken by the swarm itself`,
    '',
    `${''.padEnd(18)}${['number', 'a second', 'p50 ms', 'p99 ms', 'max ms', 'failed'].map((word) => word.padStart(10)).join('')}`,
  ];
  const errors: string[] = [];
  for (const kind of KINDS) {
    const figures = data[kind] as PlainMap;
    const failed = Object.entries(figures['errors'] as PlainMap);
    const cells = [figures['count'], figures['per_second'], figures['ms_p50'], figures['ms_p99'], figures['ms_max'], failed.reduce((sum, [, times]) => sum + Number(times), 0)];
    lines.push(`${NAMES[kind].padEnd(18)}${cells.map((cell) => show(cell).padStart(10)).join('')}`);
    for (const [text, times] of failed) errors.push(`${show(times)} times, ${NAMES[kind]}: ${text}`);
  }
  return [...lines, ...(errors.length > 0 ? ['', ...errors] : [])].join('\n');
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const show = (value: unknown): string => Number(value).toLocaleString('en-US', { maximumFractionDigits: 2 });
