/**
 * From reaction files to what they call, in order. A file that cannot be rendered is told and left out; what the others say must hold
 * together, as states must.
 *
 * Source: read, Salt 3008.3, `salt.utils.reactor`, `salt.state.Compiler`; golden events/reactor-local for the order.
 */
import type { Renderer } from '../../sls/render/contract.js';
import { compileChunks } from '../../sls/state/compile/compile.js';
import { verify } from '../../sls/state/compile/verify.js';
import { readDeclarations } from '../../sls/state/declarations.js';
import { lineOfId } from '../../kernel/std/line-of-id.js';
import { emptyHigh, text, type HighData } from '../../sls/state/high-data.js';
import { isMap, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { ReactionError } from './reaction-call.js';
import type { Reaction } from './reactor.js';

export interface ReactionFile {
  /** On this machine. */
  readonly path: string;
  /** As the author knows it. */
  readonly source: string;
  readonly text: string;
}

export interface CompileParts {
  readonly renderer: Renderer;
  /** The files that a reference of the map names: `salt://` or a path with wildcards. */
  files(reference: string): Promise<readonly ReactionFile[]>;
  /** A reference that names no file, or a file that cannot be rendered. */
  readonly onFailure: (reference: string, error: unknown) => void;
}

/** @throws ReactionError when the files contradict one another */
export async function compileReactions(references: readonly string[], { tag, data }: { tag: string; data: PlainMap }, parts: CompileParts): Promise<Reaction[]> {
  const high = emptyHigh();
  const files = new Map<string, ReactionFile>();
  for (const reference of references) {
    const found = await parts.files(reference);
    if (found.length === 0) parts.onFailure(reference, new ReactionError(`Can not render SLS ${reference} for tag ${tag}. File missing or not found.`));
    for (const file of found) {
      files.set(file.path, file);
      await readFile(file, { tag, data }, high, parts);
    }
  }
  const errors = verify(high);
  const { chunks, errors: further } = errors.length > 0 ? { chunks: [], errors: [] } : compileChunks(high, { modulesWith: () => new Set() });
  const all = [...errors, ...further];
  if (all.length > 0) throw new ReactionError(`Unable to render reactions for event ${tag}: ${all.join('; ')} (in ${references.join(', ')})`);
  return chunks.map((chunk) => ({ chunk, where: placeOf(text(chunk['__id__']), files.get(text(chunk['__sls__']))) }));
}

async function readFile(file: ReactionFile, variables: PlainMap, high: HighData, { renderer, onFailure }: CompileParts): Promise<void> {
  const { path, source, text: template } = file;
  try {
    const rendered = await renderer.renderSls(template, { saltenv: 'base', sls: '', path, source, variables });
    if (rendered === null || rendered === '') return;
    if (!isMap(rendered)) throw new ReactionError(`${source} gives no mapping of ids`);
    const errors: string[] = [];
    const { ids } = readDeclarations(withFunctions(rendered), { sls: path, saltenv: 'base' }, errors);
    if (errors.length > 0) throw new ReactionError(`${source}: ${errors.join('; ')}`);
    for (const [id, body] of ids) high.ids.set(id, body);
  } catch (error) {
    onFailure(source, error);
  }
}

/** `local.test.ping: [...]` becomes `local: [..., test.ping]`: unlike a state, a reaction has two words behind its kind. */
function withFunctions(rendered: ValueMap): ValueMap {
  return mapFrom(mapEntries(rendered).map(([id, body]): [Value, Value] => {
    if (typeof body === 'string') {
      const [kind, fun] = atFirstDot(body);
      return [id, fun === undefined ? body : { [kind]: [fun] }];
    }
    if (!isMap(body)) return [id, body];
    return [id, mapFrom(mapEntries(body).map(([key, args]): [Value, Value] => {
      const [kind, fun] = Array.isArray(args) && typeof key === 'string' ? atFirstDot(key) : [key, undefined];
      return fun === undefined ? [key, args] : [kind, [...args as Value[], fun]];
    }))];
  }));
}

function atFirstDot(text: string): [string, string | undefined] {
  const at = text.indexOf('.');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The line of the id in the file as it was written, when it stands there as such. */
function placeOf(id: string, file: ReactionFile | undefined): string {
  if (file === undefined) return id;
  const line = lineOfId(file.text, id);
  return line === undefined ? file.source : `${file.source}:${line}`;
}
