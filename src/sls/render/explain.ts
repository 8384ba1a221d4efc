/** An error of a template for people: the place, the lines, the way there, names that might have been meant. */
import { templateHost } from './host.js';
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

const placeText = ({ file, line, inside }: SourcePlace): string => `${file}, line ${line}${inside === undefined ? '' : `, in ${inside}`}`;

export function explainError(error: RenderError): string {
  return templateHost().trusted(REPORT, {
    head: `${error.place === undefined ? '' : `${placeText(error.place)}: `}${error.reason}`,
    excerpt: error.excerpt, way: error.chain.slice(0, -1).map(placeText), names: error.suggestions,
  });
}
