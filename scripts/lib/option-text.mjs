// The option tables as commented configuration files and as a reference page.

const WIDTH = 100;

/** One value in YAML, on one line. Text stays bare where reading it gives the same text. */
function flow(value, tools) {
  if (value === null) return 'null';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (tools.isFloat(value)) return String(value);
  if (typeof value === 'string') return bare(value, tools) ? value : `'${value.replaceAll("'", "''")}'`;
  if (Array.isArray(value)) return `[${value.map((item) => flow(item, tools)).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, item]) => `${flow(key, tools)}: ${flow(item, tools)}`).join(', ')}}`;
  return String(value);
}

function bare(text, { loadYaml }) {
  if (text === '' || !/^[A-Za-z0-9_/][A-Za-z0-9_/.:%| <>()-]*$/.test(text) || text.includes(': ') || text.endsWith(':')) return false;
  return loadYaml(`[${text}]`)?.[0] === text;
}

/** `name: value`, mappings with content as a block. */
function entry(name, value, tools, indent = '') {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value) && !tools.isFloat(value) && Object.keys(value).length > 0;
  if (!isMapping) return [`${indent}${name}: ${flow(value, tools)}`];
  return [`${indent}${name}:`, ...Object.entries(value).flatMap(([key, item]) => entry(flow(key, tools), item, tools, `${indent}  `))];
}

/** Options whose value the program finds by itself; the table cannot say it. */
const isFound = (name) => name === 'id' || name === 'ssh_config_file';
const isShown = (name) => !name.startsWith('__') && name !== 'conf_file';

const inGroup = (table, group) => Object.entries(table).filter(([name, option]) => option.group === group && isShown(name));

function commented(name, option, tools) {
  const isUnset = option.value === undefined || isFound(name);
  // An `id` without value would be the text None.
  const lines = isUnset ? [name === 'id' ? "id: ''" : `${name}:`] : entry(name, option.value, tools);
  return [`# ${option.doc}.${isUnset && !isFound(name) ? ' Unset by default.' : ''}`, ...lines.map((line) => `#${line}`), ''];
}

/** A configuration file in which every option stands as a comment with its default. */
export function confText(program, table, tools) {
  const head = [
    `# Configuration of tsalt-${program}.`,
    '#',
    '# Every option stands here with its default, behind a #. To change one, take the # away and write another value.',
    `# Files in ${program}.d/ whose names end in .conf are read after this one and win over it.`,
    '# Format: YAML. See docs/configuration.md for how files are found and merged.',
    '',
  ];
  const body = Object.entries(tools.groups).flatMap(([group, title]) => {
    const options = inGroup(table, group);
    if (options.length === 0) return [];
    return [`##### ${title} `.padEnd(WIDTH, '#'), '', ...options.flatMap(([name, option]) => commented(name, option, tools))];
  });
  return `${[...head, ...body].join('\n').trimEnd()}\n`;
}

function cell(option, name, tools) {
  if (option === undefined) return undefined;
  if (isFound(name)) return 'found out';
  return option.value === undefined ? 'unset' : `\`${shortened(flow(option.value, tools)).replaceAll('|', '\\|')}\``;
}

const shortened = (text) => (text.length > 90 ? `${text.slice(0, 86)} ...` : text);

function defaults(name, { master, minion }, tools) {
  const [ofMaster, ofMinion] = [cell(master[name], name, tools), cell(minion[name], name, tools)];
  if (ofMaster === ofMinion) return ofMaster;
  return [ofMaster === undefined ? '' : `master: ${ofMaster}`, ofMinion === undefined ? '' : `minion: ${ofMinion}`].filter(Boolean).join('<br>');
}

/** One table per group: option, type, default, meaning. */
export function optionReference(tables, tools) {
  const all = { ...tables.master, ...tables.minion };
  const order = [...new Set([...Object.keys(tables.master), ...Object.keys(tables.minion)])];
  const groups = Object.entries(tools.groups).map(([group, title]) => {
    const rows = order.filter((name) => all[name].group === group && isShown(name)).map((name) => {
      const { types, doc } = all[name];
      return `| \`${name}\` | ${types?.join(' or ') ?? 'any'} | ${defaults(name, tables, tools)} | ${doc.replaceAll('|', '\\|')} |`;
    });
    return [`### ${title}`, '', '| option | type | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  return `${groups.join('\n').trimEnd()}\n`;
}
