/** One line on a terminal that tells how a job stands while others wait; it is gone before anything else is printed. */

export interface Standing {
  readonly targeted: number;
  readonly received: number;
  readonly returned: number;
  readonly failed: number;
}

export interface LiveLine {
  show(standing: Standing): void;
  erase(): void;
}

const ERASE = '\r\u001b[2K';

/** Of a stream that is no terminal, nothing is shown. */
export function liveLine(stream: { write(text: string): unknown; readonly columns?: number | undefined }, isTerminal: boolean): LiveLine {
  let isShown = false;
  const erase = (): void => {
    if (isShown) stream.write(ERASE);
    isShown = false;
  };
  return {
    erase,
    show({ targeted, received, returned, failed }) {
      if (!isTerminal) return;
      erase();
      // A terminal that does not know its width says 0. One column stays free: a full line would wrap, and could not be erased.
      stream.write(`targeted ${targeted} / received ${received} / returned ${returned} / failed ${failed}`.slice(0, (stream.columns || 80) - 1));
      isShown = true;
    },
  };
}

export const noLiveLine: LiveLine = { show: () => undefined, erase: () => undefined };
