/** The OpenAPI text of the routes, and a page to read and try them. */
import type { Route } from './route.js';

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[`/v1${route.path}`] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: '3.1.0', info: { title: 'tsalt', version: '1', description: 'Jobs, minions, keys and events of a master' }, paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: { type: 'object', properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' }, request: { type: 'string' }, errors: { type: 'array', items: { type: 'object' } } } } },
    },
    security: [{ bearer: [] }],
  };
}

function operationOf({ method, path, summary, query, body, isIdempotent, isOpen, answers }: Route): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const required: readonly string[] = query?.required ?? [];
  const inQuery = Object.entries(query?.properties ?? {}).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name) && !('default' in schema), schema }));
  const headers = isIdempotent === true ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' }, description: 'The same key, the same job' }] : [];
  const { status, schema, type = 'application/json' } = answers;
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').split('/').map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('')}`,
    summary, parameters: [...inPath, ...inQuery, ...headers], ...(isOpen === true ? { security: [] } : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: { description: 'Done', ...(schema === undefined ? {} : { content: { [type]: { schema } } }) },
      default: { description: 'Not done', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

/** Loads nothing from elsewhere. */
export const PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>tsalt API</title>
<style>body{font:15px sans-serif;max-width:60em;margin:2em auto}summary{cursor:pointer}pre,textarea,input{font:13px monospace;width:100%;box-sizing:border-box}b{display:inline-block;width:5em}</style></head>
<body><h1>tsalt API</h1><p>From <a href="openapi.json">openapi.json</a>. <label>Token: <input id="token" autocomplete="off"></label></p><div id="routes"></div>
<script>
const make = (name, text, parent) => { const e = document.createElement(name); if (text) e.textContent = text; parent.append(e); return e; };
fetch('openapi.json').then((r) => r.json()).then(({ paths }) => {
  for (const [path, methods] of Object.entries(paths)) for (const [method, about] of Object.entries(methods)) {
    const box = make('details', '', document.getElementById('routes'));
    const head = make('summary', '', box);
    make('b', method.toUpperCase(), head); head.append(path + ' - ' + about.summary);
    const url = make('input', '', box); url.value = path;
    const hasBody = about.requestBody !== undefined;
    if (hasBody) make('pre', JSON.stringify(about.requestBody.content['application/json'].schema, null, 1), box);
    const body = hasBody ? make('textarea', '{}', box) : undefined;
    const send = make('button', 'Send', box);
    const out = make('pre', '', box);
    send.onclick = async () => {
      out.textContent = '';
      const token = document.getElementById('token').value;
      const answer = await fetch(url.value, { method: method.toUpperCase(), headers: { ...(token ? { Authorization: 'Bearer ' + token } : {}), ...(hasBody ? { 'Content-Type': 'application/json' } : {}) }, body: hasBody ? body.value : undefined });
      out.textContent = answer.status + '\\n';
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) out.textContent += piece.value;
    };
  }
});
</script></body></html>
`;
