/** What is shown of all answers of a job together, at its end. */
import type { Value } from '../../kernel/std/value.js';

export interface Overview {
  /** Answers are not shown one by one. */
  readonly replacesAnswers: boolean;
  /** `out`: the outputter that the function asks for. */
  returned(minion: string, answer: Value, out: string | undefined): void;
  missing(minion: string): void;
  end(): Promise<void>;
}
