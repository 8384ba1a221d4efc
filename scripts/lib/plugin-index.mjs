// Writes plugin-index.json (names, functions, parameters, first sentences) and plugin-docs.json (whole texts) beside built plugins.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Members of a plugin that are not functions a user can name. */
const NOT_LISTED = new Set(['virtual']);

let imports = 0;

const isName = (text) => typeof text === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

function firstSentence(doc) {
  const paragraph = doc.trim().split(/\n\s*\n/)[0].replace(/\s+/g, ' ');
  return /^.*?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
}

/** JSON has no whole floats and no large ints; read back by src/kernel/loader/index-file.ts. */
function encodeDefault(value) {
  if (typeof value === 'bigint') return { $int: String(value) };
  if (value?.constructor?.name === 'Float') return { $float: value.value };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $float: String(value) };
  if (Array.isArray(value)) return value.map(encodeDefault);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeDefault(item)]));
  }
  return value;
}

function describeFunction(name, fn) {
  if (fn === null || typeof fn !== 'object' || typeof fn.run !== 'function') throw new Error(`function '${name}' is not made by fn({...})`);
  if (typeof fn.doc !== 'string' || fn.doc.trim() === '') throw new Error(`function '${name}' has no doc`);
  const params = Object.entries(fn.params ?? {}).map(([key, param]) => {
    if (typeof param?.read !== 'function') throw new Error(`parameter '${key}' of '${name}' is not made by p.*()`);
    return param.default === undefined || param.kind === 'rest' || param.kind === 'keywords'
      ? [key, param.kind] : [key, param.kind, encodeDefault(param.default)];
  });
  const kinds = params.map(([, kind]) => kind);
  if (kinds.filter((kind) => kind === 'rest').length > 1) throw new Error(`function '${name}' has two rest parameters`);
  if (kinds.includes('keywords') && kinds.indexOf('keywords') !== kinds.length - 1) {
    throw new Error(`keywords must be the last parameter of '${name}'`);
  }
  const positional = params.slice(0, kinds.includes('rest') ? kinds.indexOf('rest') : params.length).filter(([, kind]) => kind !== 'keywords');
  const firstDefault = positional.findIndex((param) => param.length === 3);
  if (firstDefault >= 0 && positional.slice(firstDefault).some((param) => param.length === 2)) {
    throw new Error(`a required parameter of '${name}' stands behind one with a default`);
  }
  return { doc: firstSentence(fn.doc), params, ...(fn.outputter === undefined ? {} : { outputter: fn.outputter }) };
}

function describePlugin(kind, file, plugin) {
  if (plugin === null || typeof plugin !== 'object') throw new Error('no default export');
  if (plugin.name !== file) throw new Error(`its name is '${plugin.name}', not that of the file`);
  if (plugin.kind !== undefined && plugin.kind !== kind) throw new Error(`it is of kind '${plugin.kind}' but lies in '${kind}'`);
  const entry = { name: file, serves: plugin.serves ?? file, virtual: typeof plugin.virtual === 'function', functions: {} };
  if (!isName(entry.serves)) throw new Error(`'${entry.serves}' cannot be a module name`);
  if (plugin.when !== undefined) entry.when = plugin.when;
  const docs = typeof plugin.doc === 'string' ? { '': plugin.doc.trim() } : {};
  if (plugin.functions === undefined) {
    const methods = Object.keys(plugin).filter((key) => typeof plugin[key] === 'function' && !NOT_LISTED.has(key));
    for (const key of methods) entry.functions[key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = { doc: '', params: [] };
    return { entry, docs };
  }
  if (Object.keys(plugin.functions).length === 0) throw new Error('it has no functions');
  for (const [name, fn] of Object.entries(plugin.functions)) {
    entry.functions[name] = describeFunction(name, fn);
    docs[name] = fn.doc.trim();
  }
  for (const [alias, target] of Object.entries(plugin.aliases ?? {})) {
    if (!Object.hasOwn(plugin.functions, target)) throw new Error(`alias '${alias}' names '${target}', which is not there`);
  }
  if (plugin.aliases !== undefined) entry.aliases = plugin.aliases;
  return { entry, docs };
}

/** Imports every `plugins/<kind>/*.js` below `folder`. @throws Error that names each file that cannot be used and why */
export async function makePluginIndex(folder) {
  const top = join(folder, 'plugins');
  const index = { version: 1, door: existsSync(join(folder, 'plugin.js')) ? 'plugin.js' : 'kernel/contract/plugin-door.js', plugins: {} };
  const docs = {};
  const broken = [];
  imports += 1;
  for (const kind of existsSync(top) ? readdirSync(top).sort() : []) {
    index.plugins[kind] = [];
    docs[kind] = {};
    const files = readdirSync(join(top, kind), { withFileTypes: true }).filter((item) => item.isFile() && item.name.endsWith('.js'));
    for (const file of files.map((item) => item.name.slice(0, -3)).sort()) {
      try {
        const url = `${pathToFileURL(join(top, kind, `${file}.js`)).href}?index=${imports}`;
        const described = describePlugin(kind, file, (await import(url)).default);
        index.plugins[kind].push(described.entry);
        docs[kind][file] = described.docs;
      } catch (error) {
        broken.push(`plugins/${kind}/${file}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  if (broken.length > 0) throw new Error(`Plugins that cannot be indexed:\n  ${broken.join('\n  ')}`);
  return { index, docs };
}

export async function writePluginIndex(folder) {
  const { index, docs } = await makePluginIndex(folder);
  writeFileSync(join(folder, 'plugin-index.json'), `${JSON.stringify(index)}\n`);
  writeFileSync(join(folder, 'plugin-docs.json'), `${JSON.stringify(docs)}\n`);
}
