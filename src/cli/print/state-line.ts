/** The state that a run is at, on a terminal: `state 3 of 120, 1 failed (12 s): pkg.installed  nginx`. */
import { hideEscapes } from '../../kernel/std/colors.js';
import type { RunningState } from '../../sls/state/running-state.js';
import type { LiveText } from './live-line.js';

export interface StateLine extends Disposable {
  at(state: RunningState): void;
}

/** Often enough to look alive; what is over sooner is never shown, so that quick runs cost nothing. */
const DRAW_MS = 250;

/** `word`: what the states are called, `state` or `step`. */
export function stateLine(live: LiveText, word: string, now: () => number = Date.now): StateLine {
  let current: RunningState | undefined;
  let sinceMs = 0;
  const timer = setInterval(() => {
    if (current !== undefined) live.show(stateText(current, word, now() - sinceMs));
  }, DRAW_MS);
  timer.unref();
  return {
    at(state) {
      current = state;
      sinceMs = now();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      live.erase();
    },
  };
}

export function stateText({ at, of, fun, id, failed }: RunningState, word: string, ms: number): string {
  const named = hideEscapes(id).replaceAll(/\s+/g, ' ');
  return `${word} ${at} of ${of}${failed === 0 ? '' : `, ${failed} failed`} (${spanText(ms)}): ${hideEscapes(fun)}  ${named}`;
}

function spanText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
