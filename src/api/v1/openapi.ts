/** What the description says about the routes, and a page to read and try them. */
import Type from 'typebox';
import type { Route } from './route.js';

const Problem = Type.Object({
  type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String(), request: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
}, { description: 'Not done' });

export const ABOUT = {
  openapi: '3.1.0', info: { title: 'tsalt', version: '1', description: 'Jobs, minions, keys and events of a master' },
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } }, schemas: { Problem } },
  security: [{ bearer: [] }],
};

/** The schema of a route as the server takes it. */
export function schemaOf({ method, path, summary, query, body, isIdempotent, isOpen, answers }: Route): { querystring: object; body?: object } & Record<string, unknown> {
  const { status, schema, type = 'application/json' } = answers;
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').split('/').map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('')}`,
    summary, querystring: query ?? Type.Object({}, { additionalProperties: false }), ...(body === undefined ? {} : { body }), ...(isOpen === true ? { security: [] } : {}),
    ...(isIdempotent === true ? { headers: Type.Object({ 'Idempotency-Key': Type.Optional(Type.String({ description: 'The same key, the same job' })) }) } : {}),
    response: {
      [status]: schema === undefined ? { type: 'null', description: 'Done' } : { description: 'Done', content: { [type]: { schema } } },
      default: { description: 'Not done', content: { 'application/problem+json': { schema: Problem } } },
    },
  };
}

/** Loads nothing from elsewhere. */
export const PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>tsalt API</title>
<style>body{font:15px sans-serif;max-width:60em;margin:2em auto}summary{cursor:pointer}pre,textarea,input{font:13px monospace;width:100%;box-sizing:border-box}b{display:inline-block;width:5em}</style></head>
<body><h1>tsalt API</h1><p>From <a href="openapi.json">openapi.json</a>, <a href="openapi.yaml">openapi.yaml</a>. <label>Token: <input id="token" autocomplete="off"></label></p><div id="routes"></div>
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
