/** The renderer `yaml`. Which errors Salt wraps follows the class of the error. Golden: render/yaml. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';
import { covered } from '../covered.js';
import { RenderError, type RenderErrorDetails } from '../render-error.js';
import type { RenderPlace } from '../contract.js';
import { textInput } from './input.js';

/** Classes whose errors the renderer turns into its own. */
const WRAPPED = new Set(['ScannerError', 'ParserError', 'ConstructorError']);

export function renderYaml(input: Value, place: RenderPlace): Value {
  const text = textInput(input);
  const data = readYaml(text, place);
  return isTruthy(data) ? data : {};
}

function readYaml(text: string, place: RenderPlace): Value {
  try {
    return loadYaml(text, { ordered: true });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw yamlFailure(error, place);
  }
}

/** The error as Salt's renderer gives it, with the place in what the author wrote. */
export function yamlFailure(error: YamlError, place: RenderPlace): Error {
  const details = { cause: error, reason: error.reason, ...whereabouts(error, place) };
  if (!WRAPPED.has(error.className)) return new PythonError(error.className, error.message, error);
  return new RenderError(error.className === 'ScannerError' ? error.reason : error.message, details);
}

/** What a template wrote may hold values of pillar: of that the names are shown. */
function whereabouts({ line, column, snippet }: YamlError, { trace, source, path }: RenderPlace): Pick<RenderErrorDetails, 'place' | 'excerpt'> {
  if (line === 0) return {};
  const found = trace?.sourceOf(line, column);
  if (found === undefined) return { place: { file: source ?? path ?? 'rendered text', line, inside: 'the rendered text' }, excerpt: snippet };
  return { place: found.place, excerpt: found.isRendered ? `${found.excerpt}\nwhich gives, in line ${line} of the rendered text:\n${covered(snippet)}` : found.excerpt };
}
