/** Which of our forms a client takes: the header `Accept` with its qualities. Source: golden cli/api-accept-bad, api-root-noaccept. */
import { headerOf, type Ask } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';

interface Range {
  readonly type: string;
  readonly quality: number;
}

/** The best of `forms`; the first of several that are as good. @throws HttpError 406 */
export function acceptedOf<F extends string>(ask: Pick<Ask, 'headers'>, forms: readonly F[]): F {
  const header = headerOf(ask, 'accept');
  const [usual] = forms;
  if (usual === undefined) throw new RangeError('no form to choose from');
  if (header === undefined || header.trim() === '') return usual;
  for (const { type, quality } of rangesOf(header)) {
    if (quality <= 0) continue;
    if (type === '*/*') return usual;
    const found = forms.find((form) => form === type || (type.endsWith('/*') && form.startsWith(type.slice(0, -1))));
    if (found !== undefined) return found;
  }
  throw new HttpError(406, `Your client sent this Accept header: ${header}. But this resource only emits these media types: ${forms.join(', ')}.`);
}

/** Best first. */
function rangesOf(header: string): Range[] {
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim());
    const said = parameters.find((word) => word.startsWith('q='));
    const quality = said === undefined ? 1 : Number(said.slice(2));
    return { type: type.toLowerCase(), quality: Number.isFinite(quality) ? quality : 0 };
  }).sort((a, b) => b.quality - a.quality);
}
