/** Plays `targeting/`: what the client publishes, which minions feel meant, whom the master expects. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvocationError, PythonError } from '../../src/kernel/contract/errors.js';
import { isMap, type Value, type ValueMap } from '../../src/kernel/std/value.js';
import {
  compileTarget, expectedMinions, hasMatcher, publishedForm, type KnownMinions, type TargetFacts,
} from '../../src/sls/target/target.js';
import { differenceOf, readCases, type CaseResult, type Corpus } from './corpus.js';
import { untag } from './pytag.js';

interface Minion {
  readonly key?: 'accepted' | 'pending' | 'rejected' | null;
  readonly cached?: boolean;
  readonly runs?: boolean;
  readonly grains: unknown;
  readonly pillar: unknown;
  readonly data?: unknown;
}
interface Fixtures {
  readonly minions: Readonly<Record<string, Minion>>;
  readonly nodegroups: unknown;
}
interface Case {
  readonly id: string;
  readonly tgt: unknown;
  readonly tgt_type: string;
  readonly delimiter?: string;
  readonly expect: Readonly<Record<string, unknown>>;
}
interface CaseFile {
  readonly fixtures: string;
  readonly cases: readonly Case[];
}

/** The fixtures as our functions take them. */
class World {
  readonly nodegroups: Value;
  readonly running: readonly TargetFacts[];
  readonly known: KnownMinions;

  constructor({ minions, nodegroups }: Fixtures) {
    this.nodegroups = untag(nodegroups);
    const all = Object.entries(minions);
    this.running = all.filter(([, minion]) => minion.runs !== false).map(([id, minion]) => factsOf(id, minion));
    const facts = new Map(all.filter(([, minion]) => minion.cached !== false).map(([id, minion]) => [id, factsOf(id, minion)]));
    this.known = {
      accepted: new Set(all.filter(([, { key = 'accepted' }]) => key === 'accepted').map(([id]) => id)),
      cached: new Set(facts.keys()),
      grains: (id) => facts.get(id)?.grains,
      pillar: (id) => facts.get(id)?.pillar,
      nodegroups: this.nodegroups,
    };
  }
}

function factsOf(id: string, { grains, pillar, data = {} }: Minion): TargetFacts {
  return { id, grains: mapOf(grains), pillar: mapOf(pillar), data: mapOf(data) };
}

function mapOf(json: unknown): ValueMap {
  const value = untag(json);
  if (!isMap(value)) throw new TypeError('a fixture is not a mapping');
  return value;
}

function pythonText(error: unknown): string {
  if (error instanceof PythonError) return `${error.className}: ${error.message}`;
  if (error instanceof InvocationError) return `SaltInvocationError: ${error.message}`;
  throw error;
}

interface Asked {
  readonly tgt: Value;
  readonly tgt_type: string;
}

/** What every running minion answers; `nodegroups` are its own. */
function askMinions(world: World, { tgt, tgt_type: kind }: Asked, delimiter: string): unknown {
  if (!hasMatcher(kind)) return { match: [], no_matcher: true };
  const match: string[] = [];
  const raised: Record<string, string> = {};
  for (const facts of world.running) {
    try {
      if (compileTarget({ expr: tgt, kind, delimiter }, { nodegroups: world.nodegroups })(facts)) match.push(facts.id);
    } catch (error) {
      raised[facts.id] = pythonText(error);
    }
  }
  const texts = Object.values(raised);
  if (texts.length === 0) return { match };
  const all = texts.length === world.running.length && new Set(texts).size === 1;
  return { match, raises: all ? texts[0] : raised };
}

function publish(world: World, asked: Asked): Asked | { readonly error: string } {
  try {
    return publishedForm({ expr: asked.tgt, kind: asked.tgt_type }, { nodegroups: world.nodegroups, confFile: '@CONF@' });
  } catch (error) {
    return { error: pythonText(error) };
  }
}

function play(world: World, { tgt, tgt_type, delimiter = ':', expect }: Case): string[] {
  const asked = { tgt: untag(tgt), tgt_type };
  const published = publish(world, asked);
  const onWire = 'error' in published ? undefined : published;
  const master = (target: Asked, greedy: boolean): unknown =>
    expectedMinions({ expr: target.tgt, kind: target.tgt_type, delimiter }, world.known, { greedy });
  const greedy = 'master' in expect ? master(asked, true) : undefined;
  const found: Readonly<Record<string, unknown>> = {
    publish: 'publish' in expect ? published : undefined,
    minion: onWire === undefined ? undefined : askMinions(world, onWire, delimiter),
    minion_local: 'minion_local' in expect ? askMinions(world, asked, delimiter) : undefined,
    master: greedy,
    master_not_greedy: greedy === undefined ? undefined : master(asked, false),
    master_published: onWire === undefined || greedy === undefined ? undefined : master(onWire, true),
  };
  // The last two are recorded only where they differ from `master`.
  const wanted: Readonly<Record<string, unknown>> = {
    ...expect,
    ...(greedy === undefined ? {} : { master_not_greedy: expect['master_not_greedy'] ?? expect['master'] }),
    ...(found['master_published'] === undefined ? {} : { master_published: expect['master_published'] ?? expect['master'] }),
  };
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((part) => ordered(found[part]) !== ordered(wanted[part]))
    .map((part) => `${part}: wanted ${ordered(wanted[part])}, found ${ordered(found[part])}`);
}

/** Lists of ids sorted, keys sorted: their order does not matter. */
function ordered(part: unknown): string {
  return JSON.stringify(part, (_, value: unknown) => {
    if (Array.isArray(value)) return value.map(String).toSorted((a, b) => (a < b ? -1 : 1));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? 'nothing';
}

export const corpus: Corpus = {
  name: 'targeting',
  *run(dir): Iterable<CaseResult> {
    for (const { file, content } of readCases(dir)) {
      const { fixtures, cases } = content as Partial<CaseFile>;
      if (fixtures === undefined || cases === undefined) continue;
      const world = new World(JSON.parse(readFileSync(join(dir, fixtures), 'utf8')) as Fixtures);
      for (const item of cases) {
        const id = `${file}/${item.id}`;
        const listed = differenceOf('targeting', id);
        const wrong = play(world, item);
        if (wrong.length === 0) yield { id, outcome: 'passed' };
        else if (listed !== undefined) yield { id, outcome: 'listed', detail: listed };
        else yield { id, outcome: 'failed', detail: `${JSON.stringify(item.tgt)} ${item.tgt_type}\n${wrong.join('\n')}` };
      }
    }
  },
};
