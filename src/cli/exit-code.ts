/**
 * The exit codes of all commands. Source: golden cli (README, "Exit codes seen").
 *
 * | code | when |
 * |---|---|
 * | 0 | done; also a refusal by the master that Salt answers so |
 * | 1 | a minion failed or did not answer; a function failed |
 * | 2 | no minion matched the target, or none returned |
 * | 42 | target or function left out, or a compound command that does not fit |
 * | 64 | options cannot be understood |
 * | 255 | `tsalt-call`: there is no such function |
 */
export const EXIT = { ok: 0, failed: 1, noMinions: 2, badTarget: 42, usage: 64, noFunction: 255 } as const;
