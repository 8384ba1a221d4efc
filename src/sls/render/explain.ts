/**
 * An error of a template for people: the place, the lines, the way there, names that might have been meant. Written with
 * nunjucks, which is loaded for that alone and sees no text of users as a template: it has no sandbox.
 */
import { Environment, Template } from 'nunjucks';
import type { RenderError, SourcePlace } from './render-error.js';

/** Our own text, in nunjucks' language. */
const REPORT = `{{ head }}
{% if excerpt %}
{{ excerpt }}
{% endif %}
{% for place in way %}
by way of {{ place }}
{% endfor %}
{% if names.length %}
perhaps {% for name in names %}'{{ name }}'{% if not loop.last %} or {% endif %}{% endfor %} was meant
{% endif %}
`;

/** Places that are shown from each end of a way. */
const WAY_ENDS_MAX = 5;

let report: Template | undefined;

const placeText = ({ file, line, inside }: SourcePlace): string => `${file}, line ${line}${inside === undefined ? '' : `, in ${inside}`}`;

/** A long way, as that of files that import each other, without its middle. */
function folded(way: readonly string[]): readonly string[] {
  if (way.length <= 2 * WAY_ENDS_MAX) return way;
  return [...way.slice(0, WAY_ENDS_MAX), `${way.length - 2 * WAY_ENDS_MAX} more`, ...way.slice(-WAY_ENDS_MAX)];
}

export function explainError(error: RenderError): string {
  report ??= new Template(REPORT, new Environment(null, { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true }), 'own', true);
  return report.render({
    head: `${error.place === undefined ? '' : `${placeText(error.place)}: `}${error.reason}`,
    excerpt: error.excerpt, way: folded(error.chain.slice(0, -1).map(placeText)), names: error.suggestions,
  });
}
