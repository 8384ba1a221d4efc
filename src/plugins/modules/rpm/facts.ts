/** What rpm knows about packages. Start at `packageFacts`. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageNames } from '../pkg/names.js';
import { splitWords } from '../pkg/targets.js';
import { compareLoose } from '../pkg_resource/compare.js';
import { linesOf, rpmWords, runRpm } from './query.js';

/** The key of rpm of each attribute, in the order of the answer; a part in `%|TAG?{..}|` only where the tag has a value. */
const FORMATS: Readonly<Record<string, string>> = {
  name: 'name: %{NAME}\\n',
  relocations: 'relocations: %|PREFIXES?{[%{PREFIXES} ]}:{(not relocatable)}|\\n',
  version: 'version: %{VERSION}\\n',
  vendor: 'vendor: %{VENDOR}\\n',
  release: 'release: %{RELEASE}\\n',
  epoch: '%|EPOCH?{epoch: %{EPOCH}\\n}|',
  build_date_time_t: 'build_date_time_t: %{BUILDTIME}\\n',
  build_date: 'build_date: %{BUILDTIME}\\n',
  install_date_time_t: 'install_date_time_t: %|INSTALLTIME?{%{INSTALLTIME}}:{(not installed)}|\\n',
  install_date: 'install_date: %|INSTALLTIME?{%{INSTALLTIME}}:{(not installed)}|\\n',
  build_host: 'build_host: %{BUILDHOST}\\n',
  group: 'group: %{GROUP}\\n',
  source_rpm: 'source_rpm: %{SOURCERPM}\\n',
  size: 'size: %{SIZE}\\n',
  arch: 'arch: %{ARCH}\\n',
  license: '%|LICENSE?{license: %{LICENSE}\\n}|',
  signature: 'signature: %|DSAHEADER?{%{DSAHEADER:pgpsig}}:{%|RSAHEADER?{%{RSAHEADER:pgpsig}}:'
    + '{%|SIGGPG?{%{SIGGPG:pgpsig}}:{%|SIGPGP?{%{SIGPGP:pgpsig}}:{(none)}|}|}|}|\\n',
  packager: '%|PACKAGER?{packager: %{PACKAGER}\\n}|',
  url: '%|URL?{url: %{URL}\\n}|',
  summary: 'summary: %{SUMMARY}\\n',
  edition: 'edition: %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n',
  description: 'description:\\n%{DESCRIPTION}\\n',
};
const RECORD_END = '-----';

export interface FactsCall {
  readonly packages: readonly Value[];
  readonly kwargs: PlainMap;
}

/** `{ name: facts }` of installed packages; with `all_versions` a list, newest first. @throws CommandExecutionError */
export async function packageFacts({ packages, kwargs }: FactsCall, ctx: Context): Promise<PlainMap> {
  const wanted = wantedAttributes(kwargs['attr']);
  const selection = packages.length === 0 ? ['-qa'] : ['-q', ...packageNames(packages)];
  const sizeTag = linesOf((await runRpm(['rpm', '--querytags'], ctx)).stdout).includes('LONGSIZE') ? '%{LONGSIZE}' : '%{SIZE}';
  const format = `${wanted.map((name) => FORMATS[name]).join('')}${RECORD_END}\\n`.replace('%{SIZE}', sizeTag);
  const done = await runRpm([...rpmWords(kwargs['root']), ...selection, '--queryformat', format], ctx, { env: { TZ: 'UTC' } });
  return grouped(readRecords(done.stdout, wanted.includes('description')), isTruthy(kwargs['all_versions']));
}

/** Name and edition are always needed; the description has to be last. */
function wantedAttributes(attr: Value | undefined): string[] {
  if (!isTruthy(attr)) return Object.keys(FORMATS);
  const asked = splitWords(attr).filter((name) => Object.hasOwn(FORMATS, name));
  if (asked.every((name) => name === 'description')) throw new CommandExecutionError('No valid attributes found.');
  const others = [...asked.filter((name) => name !== 'description'), ...['name', 'edition'].filter((name) => !asked.includes(name))];
  return asked.includes('description') ? [...others, 'description'] : others;
}

const SECONDS = new Set(['build_date_time_t', 'install_date_time_t']);
const DATES = new Set(['build_date', 'install_date']);

/** Records end with a line of dashes; a description may have such lines itself, and is cut there as in real Salt (observed). */
export function readRecords(output: string, withDescription: boolean): PlainMap[] {
  return output.split(/-{3,}/).map((text) => text.trim()).filter((text) => text !== '').flatMap((text) => {
    const facts: PlainMap = {};
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.trim() === 'description:');
    for (const line of at < 0 ? lines : lines.slice(0, at)) addFact(facts, line);
    if (withDescription) facts['description'] = at < 0 ? '' : lines.slice(at + 1).join('\n');
    return facts['name'] === undefined ? [] : [facts];
  });
}

function addFact(facts: PlainMap, line: string): void {
  const at = line.indexOf(':');
  const key = line.slice(0, Math.max(at, 0)).trim();
  const text = line.slice(at + 1).trim();
  if (key === '' || text === '') return;
  if (!SECONDS.has(key) && !DATES.has(key)) facts[key] = text;
  else if (/^\d+$/.test(text)) facts[key] = DATES.has(key) ? new Date(Number(text) * 1000).toISOString().replace(/\.\d+Z$/, 'Z') : Number(text);
}

function grouped(records: readonly PlainMap[], allVersions: boolean): PlainMap {
  const newestFirst = records.toSorted((a, b) => compareLoose(String(a['edition']), String(b['edition']))).toReversed();
  const answer: Record<string, PlainMap[]> = {};
  for (const { name, ...facts } of newestFirst) {
    // Keys that sign packages stand among the packages.
    if (!String(name).startsWith('gpg-pubkey')) (answer[String(name)] ??= []).push(facts);
  }
  if (allVersions) return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, [newest = {}]]) => {
    const { edition: _edition, ...facts } = newest;
    return [name, facts];
  }));
}
