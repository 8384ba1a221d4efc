/** One line on a terminal that tells how a job stands while others wait; it is gone before anything else is printed. */

export interface Standing {
  readonly targeted: number;
  readonly received: number;
  readonly returned: number;
  readonly failed: number;
  /** How far runs of states are, by minion; of those that have not answered. */
  readonly states?: ReadonlyMap<string, StatesAt>;
}

export interface StatesAt {
  readonly at: number;
  readonly of: number;
  readonly failed: number;
}

export interface LiveText {
  show(text: string): void;
  erase(): void;
}

export interface LiveLine {
  show(standing: Standing): void;
  erase(): void;
}

interface Stream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

const ERASE = '\r\u001b[2K';

/** The line that stands on the terminal of this process. */
let standing: LiveText | undefined;

/** Called before anything is printed. */
export function eraseLiveText(): void {
  standing?.erase();
}

/** Of a stream that is no terminal, nothing is shown. */
export function liveText(stream: Stream, isTerminal: boolean): LiveText {
  let written = '';
  const line: LiveText = {
    erase() {
      if (standing !== line) return;
      standing = undefined;
      stream.write(ERASE);
    },
    show(text) {
      if (!isTerminal) return;
      // A terminal that does not know its width says 0. One column stays free: a full line would wrap, and could not be erased.
      const fitting = text.slice(0, (stream.columns || 80) - 1);
      if (standing === line && fitting === written) return;
      eraseLiveText();
      stream.write(fitting);
      written = fitting;
      standing = line;
    },
  };
  return line;
}

export function liveLine(stream: Stream, isTerminal: boolean): LiveLine {
  const { show, erase } = liveText(stream, isTerminal);
  return {
    erase,
    show: ({ targeted, received, returned, failed, states }) =>
      show(`targeted ${targeted} / received ${received} / returned ${returned} / failed ${failed}${statesText(states ?? new Map())}`),
  };
}

/** Minions that a line can name. */
const NAMED_MAX = 8;

/** `; states web2 3 of 40 (1 failed), web1 12 of 40`: those that have most to do come first. */
function statesText(states: ReadonlyMap<string, StatesAt>): string {
  const left = ({ at, of }: StatesAt): number => of - at;
  const slowest = [...states].sort(([, a], [, b]) => left(b) - left(a)).slice(0, NAMED_MAX);
  const one = ([id, { at, of, failed }]: [string, StatesAt]): string => `${id} ${at} of ${of}${failed > 0 ? ` (${failed} failed)` : ''}`;
  return slowest.length === 0 ? '' : `; states: ${slowest.map(one).join(', ')}`;
}

export const noLiveLine: LiveLine = { show: () => undefined, erase: () => undefined };
