/** The generated parts of the manual: tables of options in the pages, and man pages made from them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiTable, masterTable, minionTable } from '../../src/cli/options/daemons.data.js';
import { takesValue, type OptionRow, type ProgramTable } from '../../src/cli/options/option.js';
import { callTable } from '../../src/cli/options/tsalt-call.data.js';
import { cpTable } from '../../src/cli/options/tsalt-cp.data.js';
import { keyTable } from '../../src/cli/options/tsalt-key.data.js';
import { runTable } from '../../src/cli/options/tsalt-run.data.js';
import { tsaltTable } from '../../src/cli/options/tsalt.data.js';
import { repository } from './fleet/salt-venv.js';

export const MANUAL = join(repository, 'docs/manual');
const MAN = join(repository, 'man/man1');
const TABLES = [tsaltTable, keyTable, runTable, callTable, cpTable, masterTable, minionTable, apiTable];
const [BEGIN, END] = ['<!-- options -->', '<!-- /options -->'];

/** Every generated file as it has to be: path to text. @throws RangeError for a page without a place for the options */
export function manualFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const table of TABLES) {
    const path = join(MANUAL, `${table.name}.md`);
    const page = withOptions(readFileSync(path, 'utf8'), table);
    files.set(path, page);
    files.set(join(MAN, `${table.name}.1`), manPage(page, table));
  }
  return files;
}

/** Commands that have a page. */
export const manualPages = (): string[] => readdirSync(MANUAL).filter((name) => name.startsWith('tsalt')).sort();

function withOptions(page: string, table: ProgramTable): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new RangeError(`docs/manual/${table.name}.md has no place for the options`);
  return `${page.slice(0, from + BEGIN.length)}\n${optionTables(table)}\n${page.slice(to)}`;
}

function optionTables(table: ProgramTable): string {
  const groups = [{ title: 'General', rows: table.rows }, ...table.groups].filter(({ rows }) => rows.length > 0);
  return groups.map(({ title, rows }) => [`### ${title}`, '| option | what |', '|---|---|', ...rows.map(optionRow)].join('\n')).join('\n\n');
}

const spelled = (row: OptionRow, flag: string): string =>
  !takesValue(row) ? flag : `${flag}${flag.startsWith('--') ? '=' : ' '}${row.metavar ?? row.dest.toUpperCase()}`;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const optionRow = (row: OptionRow): string => `| ${row.flags.map((flag) => `\`${spelled(row, flag)}\``).join(', ')} | ${cell(row.doc)} |`;

/** A page of section 1 from a page of the manual: headings, paragraphs, lists, code and tables are all it has. */
export function manPage(page: string, table: ProgramTable): string {
  const out = [`.TH ${table.name.toUpperCase()} 1 "" tsalt "tsalt"`];
  let code = false;
  let isFirst = true;
  let rows: string[][] = [];
  const flushRows = (): void => {
    for (const [first = '', ...rest] of rows.slice(2)) out.push('.TP', roff(`.B ${plain(first)}`, true), roff(rest.map(plain).filter((text) => text !== '').join(': ')));
    rows = [];
  };
  const body = page.split('\n').filter((line) => line !== BEGIN && line !== END);
  const [summary = ''] = body.slice(1).filter((line) => line !== '');
  out.push('.SH NAME', roff(`${table.name} - ${plain(summary).replace(/[.:]$/, '')}`));
  for (const line of body.slice(body.indexOf(summary) + 1)) {
    if (line.startsWith('```')) {
      code = !code;
      // A page begins with how the command is called; what follows describes it.
      if (isFirst && code) out.push('.SH SYNOPSIS');
      out.push(code ? '.PP\n.nf\n.RS' : '.RE\n.fi');
      if (isFirst && !code) {
        out.push('.SH DESCRIPTION');
        isFirst = false;
      }
    } else if (code) out.push(roff(line));
    else if (line.startsWith('|')) rows.push(line.slice(1, -1).split(/(?<!\\)\|/).map((text) => text.trim()));
    else {
      flushRows();
      if (line.startsWith('## ')) out.push(`.SH ${roff(line.slice(3).toUpperCase())}`);
      else if (line.startsWith('### ')) out.push(`.SS ${roff(line.slice(4))}`);
      else out.push(line === '' ? '.PP' : roff(plain(line)));
    }
  }
  flushRows();
  return `${out.join('\n').replace(/(\n\.PP)+(?=\n\.(?:PP|S[HS]|TP|nf)|$)/g, '')}\n`;
}

/** Text without the marks of Markdown. */
const plain = (text: string): string => text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('`', '').replaceAll('&lt;', '<').replaceAll('\\|', '|');

/** Text that the typesetter takes as it is. */
function roff(text: string, isRequest = false): string {
  const safe = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return !isRequest && /^[.']/.test(safe) ? `\\&${safe}` : safe;
}
