/** Assignment: to names, to tuples of names, to attributes of namespaces. */
import type { Target } from '../syntax/nodes.js';
import { type Data, orElse, Thing } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { TemplateError } from '../python/errors.js';
import { unpack } from '../python/iterate.js';
import { reprOf } from '../python/text.js';
import { unknownName } from './expressions.js';
import type { Cx } from './machine.js';

export type Assign = (cx: Cx, value: Data) => undefined;

/** What `namespace()` gives: attributes that inner scopes may change. */
export class Namespace extends Thing {
  readonly typeName = 'Namespace';
  readonly attributes = new Map<string, Data>();

  override get kindText(): string {
    return 'jinja2.utils.Namespace object';
  }

  override repr(): string {
    return `<Namespace ${reprOf(Dict.of(this.attributes))}>`;
  }

  override member(name: string): Data | undefined {
    return this.attributes.get(name);
  }
}

/** Sets a name where it belongs; at the top level importers may see it unless it begins with an underscore. */
export function setName(cx: Cx, name: string, value: Data): undefined {
  cx.scope.variables.set(name, value);
  if (cx.scope === cx.rendering.root && !name.startsWith('_')) cx.rendering.exported.add(name);
}

/** Sets a name that came by an import: seen here, not by importers. */
export function setImported(cx: Cx, name: string, value: Data): undefined {
  cx.scope.variables.set(name, value);
  if (cx.scope === cx.rendering.root) cx.rendering.exported.delete(name);
}

export function compileTarget(target: Target): Assign {
  switch (target.kind) {
    case 'name': {
      const { name } = target;
      return (cx, value) => setName(cx, name, value);
    }
    case 'namespaceRef': return (cx, value) => {
      const owner = orElse(cx.scope.get(target.name), () => unknownName(target.name, cx));
      if (!(owner instanceof Namespace)) throw new TemplateError('runtime', 'cannot assign attribute on non-namespace object');
      owner.attributes.set(target.attribute, value);
    };
    case 'tuple': {
      const parts = target.items.map((item) => compileTarget(item as Target));
      return (cx, value) => {
        const items = unpack(value, parts.length);
        for (const [at, part] of parts.entries()) part(cx, items[at] as Data);
      };
    }
  }
}
