/** The exit codes of all commands: the table is docs/exit-codes.md. Source: golden cli (README, "Exit codes seen"). */
export const EXIT = { ok: 0, failed: 1, noMinions: 2, badTarget: 42, usage: 64, noFunction: 255 } as const;
