/** One line on a terminal that tells how a job stands while others wait; it is gone before anything else is printed. */

export interface Standing {
  readonly targeted: number;
  readonly received: number;
  readonly returned: number;
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
  return { erase, show: ({ targeted, received, returned, failed }) => show(`targeted ${targeted} / received ${received} / returned ${returned} / failed ${failed}`) };
}

export const noLiveLine: LiveLine = { show: () => undefined, erase: () => undefined };
