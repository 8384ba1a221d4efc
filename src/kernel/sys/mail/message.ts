/** A mail as text: headers, a text, attachments. RFC 5322, 2045, 2046, 2047, 2231. */
import { createHash } from 'node:crypto';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  /** The type is `text/` and this. */
  readonly kind: 'plain' | 'html' | 'json' | 'yaml';
  readonly date: Date;
  /** The same for a second copy, so that readers can tell. */
  readonly messageId: string;
  readonly attachments?: readonly Attachment[];
}

export interface Attachment {
  /** As the reader's program calls it. */
  readonly name: string;
  readonly content: Uint8Array;
}

const ASCII = /^[\t\n\r\x20-\x7e]*$/;
const LINE_MAX = 998;
const ENCODED_LINE = 76;
/** A word of 75 characters with its marks holds this much text in base64. */
const WORD_BYTES = 45;

type Headers = Readonly<Record<string, string>>;

/** The text with line ends of the network; what is no ASCII, or has long lines, is in base64. */
export function mailText({ from, to, subject, body, kind, date, messageId, attachments = [] }: Mail): string {
  const about = {
    From: from, To: to.join(', '), Date: rfcDate(date), Subject: subject, 'Message-ID': `<${messageId}>`, 'Auto-Submitted': 'auto-generated', 'MIME-Version': '1.0',
  };
  const text = textPart(body, kind);
  if (attachments.length === 0) return written({ ...about, ...text.headers }, text.content);
  const boundary = `=_${createHash('sha256').update(messageId).digest('hex').slice(0, 32)}`;
  const parts = [written(text.headers, text.content), ...attachments.map(attachedPart)];
  return written({ ...about, 'Content-Type': `multipart/mixed; boundary="${boundary}"` }, `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`);
}

function written(headers: Headers, content: string): string {
  return `${Object.entries(headers).map(([name, value]) => `${name}: ${headerText(value)}\r\n`).join('')}\r\n${content}`;
}

function textPart(body: string, kind: Mail['kind']): { headers: Headers; content: string } {
  const lines = body.replace(/\r\n|\r|\n/g, '\r\n');
  const isPlain = ASCII.test(body) && lines.split('\r\n').every((line) => line.length <= LINE_MAX);
  return {
    headers: { 'Content-Type': `text/${kind}; charset="${isPlain ? 'us-ascii' : 'utf-8'}"`, 'Content-Transfer-Encoding': isPlain ? '7bit' : 'base64' },
    content: isPlain ? lines : base64Lines(Buffer.from(body, 'utf8')),
  };
}

function attachedPart({ name, content }: Attachment): string {
  const headers = {
    'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename*=utf-8''${encodeURIComponent(name)}`, 'Content-Transfer-Encoding': 'base64',
  };
  return written(headers, base64Lines(content));
}

/** One line: what would begin another header is a blank. */
function headerText(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const line = value.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
  return ASCII.test(line) ? line : encodedWords(line);
}

function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const letter of text) {
    if (Buffer.byteLength(word + letter) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += letter;
  }
  return [...words, word].map((part) => `=?utf-8?B?${Buffer.from(part, 'utf8').toString('base64')}?=`).join('\r\n ');
}

const base64Lines = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('base64').match(new RegExp(`.{1,${ENCODED_LINE}}`, 'g')) ?? []).join('\r\n');

const rfcDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');
