/**
 * Pillar files without templates: most of them in most trees. They are read here and now, without the engine of templates
 * and without modules. Whatever is not plain, or fails, is left to the whole compiler, which also tells why.
 */
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Renderer } from '../render/contract.js';
import { runPipe } from '../render/pipeline.js';
import { renderYaml } from '../render/renderers/yaml.js';
import { textInput } from '../render/renderers/input.js';

/** The pillar needs the whole compiler. */
export class NotPlainError extends Error {
  override readonly name = 'NotPlainError';
}

const USUAL_PIPE = 'jinja|yaml';
/** Options by which a pillar is more than its files, or files are read in another way. */
const MORE = [
  'ext_pillar', 'pillar_opts', 'decrypt_pillar', 'renderer_whitelist', 'renderer_blacklist', 'jinja_env', 'jinja_sls_env', 'jinja_trim_blocks', 'jinja_lstrip_blocks',
] as const;
/** Characters of all files of one pillar: reading them takes a few milliseconds. */
const CHARACTERS_MAX = 64 * 1024;
const READ_MAX = 500;
/** Marks of Jinja, its header, a pipe of the file's own, anchors (which stand for more than is written), other line ends. */
const NOT_PLAIN = /\{[{%#]|^#!|#jinja2:|(?:^|[\s[{,])&\S|\r/m;

/** Data of texts, which nobody changes: what is made of them is new. */
const read = new BoundedCache<string, Value>(READ_MAX);

/** True where files without templates may be all that a pillar is made of. */
export const isPlainSetup = (opts: Readonly<PlainMap>): boolean =>
  (opts['renderer'] === undefined || opts['renderer'] === USUAL_PIPE) && !MORE.some((name) => isTruthy(opts[name] ?? null));

/** For one pillar. Throws `NotPlainError` for every text that it cannot read to the end. */
export function plainRenderer(opts: PlainMap, log: Parameters<typeof runPipe>[2]['log']): Renderer {
  const host = { renderers: new Map([['jinja', (text: Value) => text], ['yaml', readOnce]]), opts, log };
  let characters = 0;
  const refuse = (): never => {
    throw new NotPlainError('Only SLS files are plain');
  };
  return {
    renderSls: async (text, place) => {
      characters += text.length;
      if (characters > CHARACTERS_MAX || NOT_PLAIN.test(text)) throw new NotPlainError('The file is large, or no plain data');
      try {
        return await runPipe(text, place, host);
      } catch (cause) {
        throw new NotPlainError('The file cannot be read', { cause });
      }
    },
    renderTemplate: refuse, renderData: refuse, engines: () => [],
  };
}

const readOnce = (input: Value): Value => read.get(textInput(input), () => renderYaml(input, { saltenv: '' }));
