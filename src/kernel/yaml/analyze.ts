/** Finds which ways of writing a text are safe in YAML. Source: observed, libyaml 0.2.5 by way of PyYAML. */

export interface Analysis {
  readonly multiline: boolean;
  readonly flowPlain: boolean;
  readonly blockPlain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

const LEADING_INDICATOR = /^[#,[\]{}&*!|>'"%@`]/;
const BREAK = '\\r\\n\\u0085\\u2028\\u2029';
const BLANK_OR_END = `(?:[ \\t${BREAK}\\u0000]|$)`;
const LEADING_BEFORE_BLANK = new RegExp(`^[?:-]${BLANK_OR_END}`);
const COLON_BEFORE_BLANK = new RegExp(`:${BLANK_OR_END}`);
const HASH_AFTER_BLANK = new RegExp(`[ \\t${BREAK}\\u0000]#`);
const LINE_BREAK = new RegExp(`[${BREAK}]`);
const EDGE_BLANK = new RegExp(`^[ ${BREAK}]|[ ${BREAK}]$`);
const BREAK_THEN_SPACE = new RegExp(`[${BREAK}] `);
const SPACE_THEN_BREAK = new RegExp(` [${BREAK}]`);

/** Characters that are written as they are; others, such as those beyond the basic plane, only as escapes. */
export const NOT_PRINTABLE = /[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** The same where only ASCII may be written as it is. */
export const NOT_PRINTABLE_ASCII = /[^\n\u0020-\u007e]/;

const EMPTY: Analysis = { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true, block: false };

export function analyze(text: string, unwritable = NOT_PRINTABLE): Analysis {
  if (text === '') return EMPTY;
  const marker = text.startsWith('---') || text.startsWith('...');
  const lead = marker || LEADING_INDICATOR.test(text);
  const blockIndicator = lead || LEADING_BEFORE_BLANK.test(text) || COLON_BEFORE_BLANK.test(text) || HASH_AFTER_BLANK.test(text);
  const flowIndicator = blockIndicator || /^[?:]|[,?[\]{}:]/.test(text);
  const multiline = LINE_BREAK.test(text);
  const special = unwritable.test(text);
  const spacesAtBreaks = BREAK_THEN_SPACE.test(text) || SPACE_THEN_BREAK.test(text);
  const plain = !EDGE_BLANK.test(text) && !spacesAtBreaks && !special && !multiline;
  return {
    multiline,
    flowPlain: plain && !flowIndicator,
    blockPlain: plain && !blockIndicator,
    singleQuoted: !spacesAtBreaks && !special,
    block: !text.endsWith(' ') && !special,
  };
}
