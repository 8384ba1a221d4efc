/** Replaces what differs from run to run by the made-up values of the recordings; see the README beside them. */
import { hostname } from 'node:os';

/** A replacer for the texts of one call: the same job id gets the same number everywhere. */
export function normaliser(root: string): (text: string) => string {
  const jobs = new Map<string, string>();
  const jobId = (found: string): string => {
    const known = jobs.get(found) ?? `20260101${String(jobs.size + 1).padStart(12, '0')}`;
    jobs.set(found, known);
    return known;
  };
  const host = hostname();
  return (text) => withHost(text.replaceAll(root, '/ROOT'), host)
    .replace(/(?<=^|[^\w-]|\\n)tsalt(?=$|[-\s:.,'"`])/gm, 'salt')
    .replace(/(?<!\d)2\d{3}(?:0\d|1[0-2])[0-3]\d{13}(?!\d)/g, jobId)
    .replace(/\d\d:\d\d:\d\d\.\d{6}/g, '00:00:00.000000')
    .replace(/\b2\d{3}, (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d\b/g, '2026, Jan 01')
    .replace(/\b2\d{3}-\d\d-\d\d(?=T|\b)/g, '2026-01-01')
    .replace(/\b\d+(?:\.\d+)? m?s(?=$|\p{Cc}\[)/gmu, '1.234 ms')
    .replace(/(Total run time:) *[\d.]+ m?s/g, '$1 1.234 ms')
    .replace(/(["']duration["']: )[\d.]+/g, '$11.234')
    .replace(/((?:ran on|Updating|No changes made to|failed on minions:) )([\w-]+(?:, [\w-]+)+)/g, (_whole, words: string, ids: string) => `${words}${ids.split(', ').sort().join(', ')}`)
    .replace(/(duration:(?:\n\s+| ))[\d.]+/g, '$11.234')
    .replace(/("web1": |"pid": |pid:\n\s+)\d{2,}(?=[\s,]|$)/g, '$11000')
    .replace(/\b1[5-9]\d{8}\.\d+/g, '1700000000.5');
}

function withHost(text: string, host: string): string {
  return text.replace(new RegExp(`(?<![\\w-])${host.replace(/[.]/g, '\\.')}(?=_master|\\.p(?:em|ub)|$|[\\s:,'"])`, 'gm'), 'HOST');
}

/** Stands between the tracebacks of an exception and of the one that came from it. */
const JOINT = /\n\n(?:The above exception was the direct cause of the following exception|During handling of the above exception, another exception occurred):\n\n/g;

/** Takes tracebacks out: which frames they have is no one's promise. */
export function withoutTracebacks(whole: string): string {
  const text = whole.replace(JOINT, '\n');
  const kept: string[] = [];
  let within: number | undefined;
  for (const line of text.split('\n')) {
    const indent = line.length - line.trimStart().length;
    if (within === undefined && line.includes('Traceback (most recent call last):')) {
      within = indent;
      const before = line.slice(0, line.indexOf('Traceback')).trimEnd();
      if (before !== '') kept.push(before);
      continue;
    }
    if (within === undefined) kept.push(line);
    // The first line that is not deeper tells the exception and ends it.
    else if (line.trim() !== '' && indent <= within) within = undefined;
  }
  return kept.join('\n');
}
