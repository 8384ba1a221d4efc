/** Rows of a table in Markdown, as they stand in README.md. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly tsalt: number;
  readonly salt: number;
  /** More is better; the ratio is salt / tsalt for times and memory, tsalt / salt for rates. */
  readonly isRate?: boolean;
  readonly wanted?: number;
  readonly besides?: string;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printHead(title: string, columns: readonly string[]): void {
  say(`\n## ${title}\n\n| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);
}

/** The last column says what is not in the figures: the limit of the machine, where the CPU went. */
export const RATIO_COLUMNS = ['', 'tsalt', 'salt', 'ratio', 'wanted', 'besides'] as const;

export function printRow(row: Row): void {
  const ratio = row.isRate === true ? row.tsalt / row.salt : row.salt / row.tsalt;
  printCells([row.what, `${shown(row.tsalt)} ${row.unit}`, `${shown(row.salt)} ${row.unit}`, ratio.toFixed(1), String(row.wanted ?? ''), row.besides ?? '']);
}

export function printCells(cells: readonly string[]): void {
  say(`| ${cells.join(' | ')} |`);
}

/** Three digits that count. */
export function shown(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
