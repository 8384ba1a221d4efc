// Writes beside built plugins: plugin-names.json (who serves what, all that most commands read), plugin-index.json (functions, parameters,
// first sentences) and plugin-docs.json (whole texts).
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const first = (folder, ...paths) => paths.find((path) => existsSync(join(folder, path)));
/** Every index is made of a fresh import: a folder may be indexed again after a change. */
let round = 0;

function refuseSloppy(file, plugin) {
  if (plugin?.name !== file) throw new Error(`its name is '${plugin?.name}', not that of the file`);
  for (const [name, fn] of Object.entries(plugin.functions ?? {})) {
    if (typeof fn?.doc !== 'string' || fn.doc.trim() === '') throw new Error(`function '${name}' has no doc`);
  }
}

/** Imports every `plugins/<kind>/*.js` below `folder`. @throws Error that names each file that cannot be used, and why */
export async function makePluginIndex(folder) {
  round += 1;
  const fresh = async (path) => import(`${pathToFileURL(join(folder, path)).href}?round=${round}`);
  const { describePlugin } = await fresh(first(folder, 'describe-plugin.js', 'kernel/loader/describe.js'));
  const index = { version: 1, door: first(folder, 'plugin.js', 'kernel/contract/plugin-door.js'), plugins: {} };
  const docs = {};
  const broken = [];
  const top = join(folder, 'plugins');
  for (const kind of existsSync(top) ? readdirSync(top).sort() : []) {
    index.plugins[kind] = [];
    docs[kind] = {};
    const files = readdirSync(join(top, kind), { withFileTypes: true }).filter((item) => item.isFile() && item.name.endsWith('.js'));
    for (const file of files.map((item) => item.name.slice(0, -3)).sort()) {
      try {
        const plugin = (await fresh(`plugins/${kind}/${file}.js`)).default;
        refuseSloppy(file, plugin);
        const described = describePlugin(kind, file, plugin);
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

/** The index without the functions. */
export function namesOf(index) {
  const short = ({ functions: _functions, aliases: _aliases, ...who }) => who;
  return { ...index, plugins: Object.fromEntries(Object.entries(index.plugins).map(([kind, entries]) => [kind, entries.map(short)])) };
}

export async function writePluginIndex(folder) {
  const { index, docs } = await makePluginIndex(folder);
  // Test files that run beside each other index the same folder: none may read half a file.
  for (const [name, content] of Object.entries({ 'plugin-names': namesOf(index), 'plugin-index': index, 'plugin-docs': docs })) {
    const draft = join(folder, `${name}.${process.pid}.json`);
    writeFileSync(draft, `${JSON.stringify(content)}\n`);
    renameSync(draft, join(folder, `${name}.json`));
  }
}
