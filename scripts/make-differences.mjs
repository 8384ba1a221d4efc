// Makes docs/differences-from-salt.md from test/golden/differences.json. `--check`: fails when the page is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/prepare.mjs';

const path = join(root, 'docs/differences-from-salt.md');
const all = JSON.parse(readFileSync(join(root, 'test/golden/differences.json'), 'utf8'));
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const sections = Object.entries(all)
  .filter(([, cases]) => Array.isArray(cases) && cases.length > 0)
  .map(([corpus, cases]) => `## ${corpus}\n\n| recorded case | what tsalt does | why |\n|---|---|---|\n${cases.map((each) => `| \`${cell(each.case)}\` | ${cell(each.ours)} | ${cell(each.why)} |`).join('\n')}\n`);
const page = `# Where tsalt differs from Salt 3008.3 on purpose

Each line is a recording of real Salt that tsalt does not repeat: a defect, a leak or a weak default there. Made from
\`test/golden/differences.json\` by \`node scripts/make-differences.mjs\`; the golden runners count these cases as listed, neither
passed nor failed. Behaviour that no recording shows is described where it belongs, marked \`Differs:\` in the source.

${sections.join('\n')}`;
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== page) {
    process.stderr.write('docs/differences-from-salt.md is stale: run node scripts/make-differences.mjs\n');
    process.exit(1);
  }
} else writeFileSync(path, page);
