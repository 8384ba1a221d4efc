// Checks that imports go one way: from doors down to the kernel, and that there is no cycle. See docs/architecture.md.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { root } from './prepare.mjs';
import { sourceFiles } from './transpile.mjs';

/** Rooms and their folders, lowest first. */
export const ROOMS = [
  ['kernel', ['std', 'contract', 'yaml', 'sys', 'log', 'config', 'loader', 'facts']],
  ['bus', ['codec', 'crypto', 'wire', 'transport', 'channel', 'event', 'returners']],
  ['sls', ['render', 'target', 'files', 'pillar', 'state']],
  ['client', []],
  ['automation', ['schedule', 'engines', 'beacons', 'reactor']],
  ['master', []],
  ['minion', []],
  ['swarm', []],
  ['api', ['http', 'door', 'events', 'salt', 'v1']],
  ['workers', []],
  ['cli', []],
];
const SIDEWAYS = new Set(['master>minion', 'minion>master', 'swarm>master', 'swarm>minion', 'api>minion', 'api>master', 'api>swarm']);
/** Lower parts that plugins may use besides their own files. */
const FOR_PLUGINS = ['kernel/std', 'kernel/contract', 'kernel/yaml', 'kernel/sys'];

const place = (path) => relative(join(root, 'src'), path).split('/');
const roomOf = (path) => ROOMS.findIndex(([name]) => name === place(path)[0]);

function importsOf(file) {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const found = [];
  for (const match of text.matchAll(/(?:^|\n|;)\s*(?:import|export)\s[^'";]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)|^import\s*['"](\.[^'"]+)['"]/gm)) {
    const target = match[1] ?? match[2] ?? match[3];
    found.push({ path: normalize(join(dirname(file), target)).replace(/\.js$/, '.ts'), lazy: match[2] !== undefined });
  }
  return found;
}

function wrongWay(from, to) {
  const [fromRoom, fromFolder] = place(from);
  const [toRoom, toFolder] = place(to);
  if (toRoom === 'plugins' && fromRoom !== 'plugins') return 'nobody imports a plugin; the loader finds it';
  if (fromRoom === 'plugins') {
    if (toRoom === 'plugins') return toFolder === fromFolder ? '' : 'a plugin kind does not import another kind';
    return FOR_PLUGINS.includes(`${toRoom}/${toFolder}`) ? '' : 'a plugin may import kernel/{std,contract,sys} only; take a port';
  }
  if (fromRoom === toRoom) {
    const order = ROOMS[roomOf(from)]?.[1] ?? [];
    if (order.length === 0 || fromFolder === toFolder || toFolder.endsWith('.ts')) return '';
    return order.indexOf(toFolder) < order.indexOf(fromFolder) || fromFolder.endsWith('.ts') ? '' : `${fromRoom}/${fromFolder} is below ${toRoom}/${toFolder}`;
  }
  if (roomOf(from) < 0) return `room '${fromRoom}' is not in the table`;
  if (SIDEWAYS.has(`${fromRoom}>${toRoom}`)) return 'sideways';
  return roomOf(to) < roomOf(from) ? '' : `${fromRoom} is below ${toRoom}`;
}

/** Messages about imports that go the wrong way, cycles and missing files. */
export function checkRooms() {
  const files = sourceFiles(join(root, 'src'));
  const known = new Set(files);
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const messages = [];
  for (const [file, imports] of graph) {
    for (const { path } of imports) {
      if (!known.has(path)) continue;
      const why = wrongWay(file, path);
      if (why) messages.push(`${relative(root, file)} imports ${relative(root, path)}: ${why}`);
    }
  }
  const state = new Map();
  const visit = (file, chain) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      messages.push(`cycle: ${[...chain.slice(chain.indexOf(file)), file].map((at) => relative(root, at)).join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    for (const { path, lazy } of graph.get(file) ?? []) if (!lazy && known.has(path)) visit(path, [...chain, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  const seen = [...graph.values()].flat().length;
  if (seen < files.length / 2) messages.push(`only ${seen} imports seen in ${files.length} files: the check is blind`);
  return messages;
}
